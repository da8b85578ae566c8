#include "bootstrap/host/route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bootstrap/host/interfaces.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::HasSubstr;

// Every address of this machine is reached through the interface that holds it, which needs no
// network around the test.
TEST(InterfaceTowardsTest, FindsTheHolderOfEachOwnAddress) {
  SM_ASSERT_OK_AND_ASSIGN(std::vector<Interface> interfaces, ListInterfaces());
  int found = 0;
  for (const Interface& interface : interfaces) {
    if (!interface.is_up) continue;
    for (const InterfaceAddress& own : interface.addresses) {
      std::string target = own.address;
      if (own.is_ipv6 && own.is_link_local) target += "%" + interface.name;
      SM_ASSERT_OK_AND_ASSIGN(std::string name, InterfaceTowards(target, interfaces));
      EXPECT_EQ(name, interface.name) << target;
      ++found;
    }
  }
  if (found == 0) GTEST_SKIP() << "no interface is up here";
}

TEST(InterfaceTowardsTest, TakesTheFirstHolderThatIsUp) {
  InterfaceAddress loopback = {"127.0.0.1", false, false};
  std::vector<Interface> interfaces = {{"down0", false, false, {loopback}},
                                       {"other0", true, false, {{"192.0.2.1", false, false}}},
                                       {"lo7", true, true, {loopback}},
                                       {"lo8", true, true, {loopback}}};
  absl::StatusOr<std::string> name = InterfaceTowards("127.0.0.1", interfaces);
  if (absl::IsUnavailable(name.status())) GTEST_SKIP() << "no loopback here: " << name.status();
  SM_ASSERT_OK_AND_ASSIGN(std::string found, name);
  EXPECT_EQ(found, "lo7");
}

TEST(InterfaceTowardsTest, SaysWhenNoInterfaceHasTheSourceAddress) {
  absl::StatusOr<std::string> name = InterfaceTowards("127.0.0.1", {});
  if (absl::IsUnavailable(name.status())) GTEST_SKIP() << "no loopback here: " << name.status();
  EXPECT_THAT(name, StatusIs(absl::StatusCode::kNotFound, HasSubstr("127.0.0.1")));
}

TEST(InterfaceTowardsTest, RefusesWhatIsNotANumericAddress) {
  for (const char* text : {"", "algo-1", "10.0.0.256", "fe80::1::2", "[::1]", "10.0.0.1:80"}) {
    EXPECT_THAT(InterfaceTowards(text, {}), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace sm
