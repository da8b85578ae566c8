#include "rendezvous/core/hello_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace sm::rendezvous {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

Hello GoodHello() {
  Hello hello;
  hello.host = "algo-1";
  hello.version = "1.0";
  hello.address = "10.0.0.1";
  return hello;
}

TEST(HelloCheckTest, AGoodHelloPasses) {
  Hello hello = GoodHello();
  hello.local_world_size = 65536;
  hello.agreements.assign(64, MakeAgreement("field", "value"));
  EXPECT_EQ(FindMalformed(hello), std::nullopt);
  EXPECT_EQ(FindProtocolMismatch(hello, ""), std::nullopt);
}

TEST(HelloCheckTest, WhatIsWrongIsNamed) {
  struct Case {
    std::function<void(Hello&)> spoil;
    std::string expected;
  };
  const Case cases[] = {
      {[](Hello& h) { h.host.clear(); }, "it gives no host name"},
      {[](Hello& h) { h.host.assign(256, 'h'); }, "its host name has 256 bytes"},
      {[](Hello& h) { h.version.assign(129, 'v'); }, "its version has 129 bytes"},
      {[](Hello& h) { h.address.assign(65, '1'); }, "its address has 65 bytes"},
      {[](Hello& h) { h.address = "algo-1"; }, "its address \"algo-1\" is not a numeric one"},
      {[](Hello& h) { h.local_world_size = 0; }, "local world size is 0, expected 1 to 65536"},
      {[](Hello& h) { h.local_world_size = 65537; }, "local world size is 65537"},
      {[](Hello& h) { h.agreements.resize(65); }, "it names 65 fields to agree on"},
      {[](Hello& h) {
         h.agreements = {{std::string(65, 'f'), 0, ""}};
       },
       "name has 65 bytes"},
      {[](Hello& h) {
         h.agreements = {{"f", 0, std::string(257, 'v')}};
       },
       "value has 257 bytes"},
  };
  for (const Case& c : cases) {
    Hello hello = GoodHello();
    c.spoil(hello);
    EXPECT_THAT(FindMalformed(hello), Optional(HasSubstr(c.expected)));
  }
}

TEST(HelloCheckTest, DisagreementsInBothDirectionsAreFound) {
  Hello hello = GoodHello();
  hello.host = "algo-2";
  auto find = [&hello](const std::vector<Agreement>& reference) {
    return FindDisagreement(hello, "algo-1", reference);
  };
  const std::vector<Agreement> ours = {MakeAgreement("hosts", "a,b"),
                                       MakeAgreement("launcher", "x")};
  hello.agreements = {ours[1], ours[0]};
  EXPECT_EQ(find(ours), std::nullopt);
  hello.agreements = {MakeAgreement("launcher", "y"), ours[0]};
  EXPECT_THAT(find(ours), Optional(HasSubstr("about launcher: \"y\" on algo-2, \"x\" on algo-1")));
  hello.agreements = {ours[0]};
  EXPECT_THAT(find(ours), Optional(HasSubstr("launcher: nothing on algo-2, \"x\" on algo-1")));
  hello.agreements = {ours[0], ours[1], MakeAgreement("new", "z")};
  EXPECT_THAT(find(ours), Optional(HasSubstr("new: \"z\" on algo-2, nothing on algo-1")));
}

TEST(HelloCheckTest, ValuesThatLookAlikeAreShownWithFingerprints) {
  Hello hello = GoodHello();
  std::string value(300, 'x');
  hello.agreements = {MakeAgreement("hosts", value + "1")};
  EXPECT_THAT(FindDisagreement(hello, "algo-1", {MakeAgreement("hosts", value + "2")}),
              Optional(HasSubstr("(fingerprint ")));
}

}  // namespace
}  // namespace sm::rendezvous
