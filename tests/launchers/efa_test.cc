#include "launchers/efa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(EfaTest, TypesWithDeviceRdmaGetEverything) {
  for (const char* type : {"ml.p4d.24xlarge", "ml.p4de.24xlarge", "ml.p5.48xlarge",
                           "ml.p5e.48xlarge", "ml.trn1.32xlarge", "p4d.24xlarge"}) {
    EXPECT_THAT(EfaVariables(type),
                ElementsAre(Pair("FI_EFA_USE_DEVICE_RDMA", "1"), Pair("FI_PROVIDER", "efa"),
                            Pair("NCCL_PROTO", "simple"), Pair("RDMAV_FORK_SAFE", "1")))
        << type;
  }
}

// On these, FI_EFA_USE_DEVICE_RDMA=1 makes libfabric abort.
TEST(EfaTest, TypesWithoutDeviceRdmaGetTheProviderOnly) {
  for (const char* type :
       {"ml.g4dn.8xlarge", "ml.g4dn.12xlarge", "ml.g5.48xlarge", "ml.p3dn.24xlarge"}) {
    EXPECT_THAT(EfaVariables(type), ElementsAre(Pair("FI_PROVIDER", "efa"))) << type;
  }
}

TEST(EfaTest, OtherTypesGetNothing) {
  for (const char* type : {"", "ml.", "ml.m5.large", "local", "ml.p4d", "ml.p4d.24xlarge ",
                           "ml.ml.p4d.24xlarge", "ml.p5.4xlarge"}) {
    EXPECT_THAT(EfaVariables(type), IsEmpty()) << type;
  }
}

}  // namespace
}  // namespace sm
