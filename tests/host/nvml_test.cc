#include "bootstrap/host/nvml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "bootstrap/base/file.h"
#include "tests/support/file_tree.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

// The fake library reads this process's environment, CountGpus() the map that it is given.
class NvmlTest : public ::testing::Test {
 protected:
  NvmlTest() { Set("FAKE_NVML_LOG", Log()); }
  ~NvmlTest() override {
    for (const char* name : {"FAKE_NVML_GPUS", "FAKE_NVML_FAIL", "FAKE_NVML_LOG"}) unsetenv(name);
  }

  static void Set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }
  std::string Log() const { return machine_.Path("nvml.log"); }
  std::string Events() const { return ReadFile(Log()).value_or(""); }

  DeviceCount Count(const EnvMap& env = {}, const std::string& library = SM_FAKE_NVML) const {
    return CountGpus(env, machine_.root(), library);
  }
  DeviceCount CountVisible(const std::string& list) const {
    return Count({{"CUDA_VISIBLE_DEVICES", list}});
  }

  testing::FileTree machine_;
};

TEST_F(NvmlTest, CountsAllGpusAndShutsDown) {
  Set("FAKE_NVML_GPUS", "GPU-a;GPU-b=MIG-1,MIG-2;GPU-c");
  EXPECT_EQ(Count().value(), 3);
  EXPECT_EQ(Events(), "init\nshutdown\n");
}

TEST_F(NvmlTest, NoGpuIsZero) { EXPECT_EQ(Count().value(), 0); }

TEST_F(NvmlTest, NoLibraryAndNoDeviceFilesIsZero) {
  EXPECT_EQ(Count({}, "libno-such-nvml.so.1").value(), 0);
}

TEST_F(NvmlTest, NoLibraryButADeviceFileFails) {
  machine_.Write("dev/nvidia0", "");
  EXPECT_THAT(Count({}, "libno-such-nvml.so.1"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("GPU device files exist but libno-such-nvml.so.1 cannot be "
                                       "loaded: "),
                             HasSubstr("No such file"))));
}

TEST_F(NvmlTest, NoLibraryButADriverFails) {
  machine_.MakeDirectory("proc/driver/nvidia");
  EXPECT_THAT(Count({}, "libno-such-nvml.so.1"), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(NvmlTest, NoDriverIsZero) {
  Set("FAKE_NVML_FAIL", "nvmlInit_v2=9");
  EXPECT_EQ(Count().value(), 0);
  EXPECT_EQ(Events(), "");
}

TEST_F(NvmlTest, ADriverThatNvmlDoesNotFindFails) {
  machine_.MakeDirectory("proc/driver/nvidia");
  Set("FAKE_NVML_FAIL", "nvmlInit_v2=9");
  EXPECT_THAT(Count(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                AllOf(HasSubstr("nvmlInit_v2"), HasSubstr("Driver Not Loaded"),
                                      HasSubstr("NVML error 9"))));
}

TEST_F(NvmlTest, EveryOtherFailureIsAFailure) {
  Set("FAKE_NVML_GPUS", "GPU-a;GPU-b=MIG-1");
  for (const char* function :
       {"nvmlInit_v2", "nvmlDeviceGetCount_v2", "nvmlDeviceGetHandleByIndex_v2",
        "nvmlDeviceGetUUID", "nvmlDeviceGetMigMode", "nvmlDeviceGetMaxMigDeviceCount",
        "nvmlDeviceGetMigDeviceHandleByIndex"}) {
    Set("FAKE_NVML_FAIL", std::string(function) + "=999");
    EXPECT_THAT(CountVisible("GPU-a"),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr(function), HasSubstr("Something Fake Is Wrong"),
                               HasSubstr("NVML error 999"))))
        << function;
  }
}

TEST_F(NvmlTest, AGpuThatCannotDoMigIsNoFailure) {
  Set("FAKE_NVML_GPUS", "GPU-a");
  Set("FAKE_NVML_FAIL", "nvmlDeviceGetMigMode=3");
  EXPECT_EQ(CountVisible("GPU-a").value(), 1);
}

TEST_F(NvmlTest, ALibraryWithoutAFunctionFails) {
  EXPECT_THAT(Count({}, SM_FAKE_NVML_INCOMPLETE),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("nvmlDeviceGetCount_v2")));
}

TEST_F(NvmlTest, ALibraryFromBeforeMigWorks) {
  Set("FAKE_NVML_GPUS", "GPU-a;GPU-b");
  EXPECT_EQ(Count({{"CUDA_VISIBLE_DEVICES", "GPU-b"}}, SM_FAKE_NVML_BEFORE_MIG).value(), 1);
}

TEST_F(NvmlTest, HidingAllLoadsNothing) {
  Set("FAKE_NVML_FAIL", "nvmlInit_v2=999");
  EXPECT_EQ(CountVisible("").value(), 0);
  EXPECT_EQ(CountVisible("-1").value(), 0);
}

TEST_F(NvmlTest, HonoursIndices) {
  Set("FAKE_NVML_GPUS", "GPU-a;GPU-b;GPU-c");
  EXPECT_EQ(CountVisible("2,0").value(), 2);
  EXPECT_EQ(CountVisible("2,3,0").value(), 1);
}

TEST_F(NvmlTest, HonoursUuids) {
  Set("FAKE_NVML_GPUS", "GPU-aa;GPU-ab;GPU-c=MIG-1,,MIG-2");
  EXPECT_EQ(CountVisible("GPU-ab,GPU-c").value(), 2);
  EXPECT_EQ(CountVisible("GPU-a").value(), 0);
  EXPECT_EQ(CountVisible("MIG-2").value(), 1);
  EXPECT_EQ(CountVisible("MIG-3").value(), 0);
}

}  // namespace
}  // namespace sm
