#include "bootstrap/host/interface_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

Interface Up(std::string name, std::vector<InterfaceAddress> addresses) {
  return {std::move(name), true, false, std::move(addresses)};
}

const InterfaceAddress kIpv4 = {"10.0.0.7", false, false};
const InterfaceAddress kIpv6 = {"2001:db8::7", true, false};
const InterfaceAddress kLocalIpv4 = {"169.254.0.7", false, true};
const InterfaceAddress kLocalIpv6 = {"fe80::7", true, true};

const Interface kLoopback = {"lo", true, true, {{"127.0.0.1", false, false}}};
const Interface kDown = {"eth0", false, false, {kIpv4}};

TEST(ChooseInterfaceTest, TakesTheNamedOne) {
  SM_ASSERT_OK_AND_ASSIGN(
      ChosenInterface chosen,
      ChooseInterface({kLoopback, Up("eth0", {kIpv4}), Up("ens5", {kIpv6})}, "ens5", "lo"));
  EXPECT_EQ(chosen.name, "ens5");
  EXPECT_EQ(chosen.address, "2001:db8::7");
  EXPECT_TRUE(chosen.is_ipv6);
  EXPECT_THAT(chosen.reason, AllOf(HasSubstr("ens5"), HasSubstr("configuration names it")));
}

TEST(ChooseInterfaceTest, PrefersGlobalThenIpv4) {
  struct {
    std::vector<InterfaceAddress> addresses;
    InterfaceAddress best;
  } const cases[] = {
      {{kLocalIpv6, kLocalIpv4, kIpv6, kIpv4}, kIpv4}, {{kLocalIpv4, kLocalIpv6, kIpv6}, kIpv6},
      {{kLocalIpv6, kLocalIpv4}, kLocalIpv4},          {{kLocalIpv6}, kLocalIpv6},
      {{kIpv4, {"10.0.0.8", false, false}}, kIpv4},
  };
  for (const auto& c : cases) {
    SM_ASSERT_OK_AND_ASSIGN(ChosenInterface chosen,
                            ChooseInterface({Up("eth0", c.addresses)}, "eth0", ""));
    EXPECT_EQ(chosen.address, c.best.address);
    EXPECT_EQ(chosen.is_ipv6, c.best.is_ipv6);
  }
}

TEST(ChooseInterfaceTest, RefusesANamedOneThatCannotBeUsedAndListsWhatExists) {
  struct {
    std::vector<Interface> interfaces;
    const char* problem;
  } const cases[] = {
      {{kLoopback, Up("ens5", {kIpv4, kLocalIpv6})}, "does not exist"},
      {{kLoopback, Up("ens5", {kIpv4, kLocalIpv6}), kDown}, "is down"},
      {{kLoopback, Up("ens5", {kIpv4, kLocalIpv6}), Up("eth0", {})}, "has no address"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ChooseInterface(c.interfaces, "eth0", "ens5"),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr("'eth0'"), HasSubstr(c.problem),
                               HasSubstr("lo (up, 127.0.0.1), ens5 (up, 10.0.0.7, fe80::7)"))));
  }
}

TEST(ChooseInterfaceTest, TakesEth0WhenNoneIsNamed) {
  SM_ASSERT_OK_AND_ASSIGN(ChosenInterface chosen,
                          ChooseInterface({kLoopback, Up("eth0", {kIpv4})}, std::nullopt, "lo"));
  EXPECT_EQ(chosen.name, "eth0");
  EXPECT_THAT(chosen.reason, AllOf(HasSubstr("names none"), HasSubstr("default")));
}

TEST(ChooseInterfaceTest, TakesTheRoutedOneWhenEth0CannotBeUsed) {
  struct {
    std::vector<Interface> interfaces;
    const char* why;
  } const cases[] = {
      {{kLoopback, Up("ens5", {kIpv6})}, "eth0 does not exist"},
      {{kLoopback, kDown, Up("ens5", {kIpv6})}, "eth0 is down"},
      {{kLoopback, Up("eth0", {}), Up("ens5", {kIpv6})}, "eth0 has no address"},
  };
  for (const auto& c : cases) {
    SM_ASSERT_OK_AND_ASSIGN(ChosenInterface chosen,
                            ChooseInterface(c.interfaces, std::nullopt, "ens5"));
    EXPECT_EQ(chosen.name, "ens5");
    EXPECT_EQ(chosen.address, "2001:db8::7");
    EXPECT_THAT(chosen.reason, AllOf(HasSubstr(c.why), HasSubstr("routes to the leader")));
  }
}

TEST(ChooseInterfaceTest, RefusesWhenNothingIsLeft) {
  EXPECT_THAT(ChooseInterface({kLoopback}, std::nullopt, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("eth0 does not exist"), HasSubstr("route to the leader"),
                             HasSubstr("lo (up, 127.0.0.1)"))));
  EXPECT_THAT(ChooseInterface({kLoopback}, std::nullopt, "ens5"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("'ens5'"), HasSubstr("does not exist"))));
  EXPECT_THAT(ChooseInterface({}, "eth0", ""),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(": none")));
}

TEST(DescribeInterfacesTest, ShowsStateAndAddresses) {
  EXPECT_EQ(DescribeInterfaces({kDown, Up("eth1", {}), Up("eth2", {kIpv4, kIpv6})}),
            "eth0 (down, 10.0.0.7), eth1 (up, no address), eth2 (up, 10.0.0.7, 2001:db8::7)");
}

}  // namespace
}  // namespace sm
