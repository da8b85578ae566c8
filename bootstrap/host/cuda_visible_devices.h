// What CUDA_VISIBLE_DEVICES leaves visible of a machine's GPUs.
#ifndef SM_BOOTSTRAP_HOST_CUDA_VISIBLE_DEVICES_H_
#define SM_BOOTSTRAP_HOST_CUDA_VISIBLE_DEVICES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sm {

struct Gpu {
  std::string uuid;                    // "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6"
  std::vector<std::string> mig_uuids;  // of its MIG devices: "MIG-…"
};

// How a list names devices; its first entry decides for all.
enum class VisibleDevicesForm { kNone, kIndices, kGpuUuids, kMigUuids };

VisibleDevicesForm FormOfVisibleDevices(absl::string_view list);

// How many devices a process sees when CUDA_VISIBLE_DEVICES is `list`, by the rules of the CUDA
// driver, which torch.cuda.device_count() follows too. Pure.
//
//   - An empty list and -1 hide everything.
//   - The first entry that is invalid (no such index, no or more than one UUID with that prefix,
//     another form than the first entry's) hides itself and all that follow.
//   - An entry that repeats an earlier one hides everything.
//   - Indices are read as strtoul does: " 1" and "1x" are 1.
//   - A process sees one MIG device at most, however many are named.
int CountVisibleIndices(absl::string_view list, int gpu_count);
int CountVisibleUuids(absl::string_view list, const std::vector<Gpu>& gpus);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_CUDA_VISIBLE_DEVICES_H_
