#include "bootstrap/host/cuda_visible_devices.h"

#include <gtest/gtest.h>

#include <vector>

namespace sm {
namespace {

TEST(CudaVisibleDevicesTest, FormFollowsTheFirstEntry) {
  EXPECT_EQ(FormOfVisibleDevices("0,1"), VisibleDevicesForm::kIndices);
  EXPECT_EQ(FormOfVisibleDevices(" 3"), VisibleDevicesForm::kIndices);
  EXPECT_EQ(FormOfVisibleDevices("GPU-1,0"), VisibleDevicesForm::kGpuUuids);
  EXPECT_EQ(FormOfVisibleDevices("MIG-1"), VisibleDevicesForm::kMigUuids);
  for (const char* none : {"", " ", "-1", "none", "NoDevFiles", ",0", "gpu-1", "+"}) {
    EXPECT_EQ(FormOfVisibleDevices(none), VisibleDevicesForm::kNone) << none;
  }
}

TEST(CudaVisibleDevicesTest, CountsIndices) {
  struct {
    const char* list;
    int count;
  } const cases[] = {
      {"0", 1},
      {"0,1,2,3", 4},
      {"3,1", 2},
      {"0, 1", 2},
      {"", 0},
      {"-1", 0},
      {"0,-1,1", 1},
      {"0,4,1", 1},
      {"4", 0},
      {"0,x,1", 1},
      {"0,,1", 1},
      {"0,1,", 2},
      {"1gpu2,2a", 2},
      {"+1", 1},
      {"0,0", 0},
      {"1,2,1,3", 0},
      {"0,GPU-aa1", 1},
      {"00,1", 2},
      {"0,99999999999999999999", 1},
  };
  for (const auto& c : cases) EXPECT_EQ(CountVisibleIndices(c.list, 4), c.count) << c.list;
  EXPECT_EQ(CountVisibleIndices("0,1", 0), 0);
}

const std::vector<Gpu>& Gpus() {
  static const auto* const gpus = new std::vector<Gpu>{
      {"GPU-aa1", {}}, {"GPU-aa2", {}}, {"GPU-bb", {"MIG-1c", "MIG-2d"}}, {"GPU-cc", {"MIG-3e"}}};
  return *gpus;
}

TEST(CudaVisibleDevicesTest, CountsUuids) {
  struct {
    const char* list;
    int count;
  } const cases[] = {
      {"GPU-aa1", 1},
      {"GPU-aa1,GPU-bb", 2},
      {"GPU-b", 1},         // a prefix is enough
      {"GPU-aa", 0},        // if it is unambiguous
      {"GPU-b,GPU-aa", 1},  //
      {"GPU-x", 0},         // unknown
      {"GPU-x,GPU-bb", 0},  // hides what follows
      {"GPU-aa1, GPU-aa2", 2},
      {"GPU-aa1,0", 1},       // one form only
      {"GPU-aa1,MIG-1c", 1},  //
      {"GPU-bb,GPU-b", 0},    // the same one twice
      {"MIG-1c", 1},
      {"MIG-1c,MIG-3e", 1},  // a process sees one MIG device
      {"MIG-1c,MIG-1c", 0},
      {"MIG-9", 0},
      {"MIG-", 0},
      {"MIG-GPU-bb/3/0", 1},  // the old way to name one
      {"MIG-GPU-aa1/3/0", 0},
      {"MIG-GPU-bb/3", 0},
  };
  for (const auto& c : cases) EXPECT_EQ(CountVisibleUuids(c.list, Gpus()), c.count) << c.list;
  EXPECT_EQ(CountVisibleUuids("GPU-aa1", {}), 0);
}

}  // namespace
}  // namespace sm
