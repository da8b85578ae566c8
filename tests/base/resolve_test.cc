#include "bootstrap/base/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "bootstrap/base/event_loop.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Addresses = absl::StatusOr<std::vector<std::string>>;

TEST(ResolveTest, TellsNumericAddressesFromNames) {
  for (const char* numeric : {"10.0.0.1", "::1", "fe80::1%eth0", "2001:db8::1", "fe80::1%2"}) {
    EXPECT_TRUE(IsNumericAddress(numeric)) << numeric;
  }
  for (const char* name : {"", "algo-1", "10.0.0", "10.0.0.1:80", "[::1]", "fe80::1%",
                           "10.0.0.1%lo", "fe80::1%eth0 x", "10.0.0.1\n", "fe80::1%a/b"}) {
    EXPECT_FALSE(IsNumericAddress(name)) << name;
  }
}

TEST(ResolveTest, ANumericAddressIsItsOwnAtOnce) {
  for (const char* address : {"127.0.0.1", "::1", "fe80::1%eth0"}) {
    std::vector<std::string> found;
    Resolve(address, [&found](Addresses addresses) { found = *addresses; });
    EXPECT_THAT(found, ElementsAre(address));
  }
}

TEST(ResolveTest, AnswersForANameFromAThreadOfItsOwn) {
  SM_ASSERT_OK_AND_ASSIGN(std::unique_ptr<EventLoop> loop, EventLoop::Create());
  Addresses answer;
  // RFC 6761 reserves .invalid: no resolver knows it.
  Resolve("algo-1.invalid", [&, post = loop->Poster()](Addresses addresses) {
    // Moved, so that only one thread at a time has a hand on it.
    post([&, addresses = std::move(addresses)]() mutable {
      answer = std::move(addresses);
      loop->Quit();
    });
  });
  loop->Run();
  EXPECT_THAT(answer, sm::testing::StatusIs(absl::StatusCode::kNotFound,
                                            HasSubstr("its name does not resolve")));
}

}  // namespace
}  // namespace sm
