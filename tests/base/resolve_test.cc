#include "bootstrap/base/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ResolveTest, NumericAddressesStayAsTheyAre) {
  SM_ASSERT_OK_AND_ASSIGN(std::vector<std::string> v4, ResolveHost("10.1.2.3"));
  EXPECT_THAT(v4, ElementsAre("10.1.2.3"));
  SM_ASSERT_OK_AND_ASSIGN(std::vector<std::string> v6, ResolveHost("::1"));
  EXPECT_THAT(v6, ElementsAre("::1"));
}

TEST(ResolveTest, NamesTheHostThatDoesNotResolve) {
  // RFC 6761 reserves .invalid: no resolver knows it.
  EXPECT_THAT(ResolveHost("algo-1.invalid"),
              sm::testing::StatusIs(absl::StatusCode::kNotFound, HasSubstr("algo-1.invalid")));
}

}  // namespace
}  // namespace sm
