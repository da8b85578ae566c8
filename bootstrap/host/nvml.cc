#include "bootstrap/host/nvml.h"

#include <dlfcn.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/host/cgroup_cpu.h"
#include "bootstrap/host/cuda_visible_devices.h"

namespace sm {
namespace {

// The few declarations of nvml.h that are needed. Its ABI has been stable since these _v2 names.
using NvmlReturn = int;
constexpr NvmlReturn kSuccess = 0;
constexpr NvmlReturn kNotSupported = 3;
constexpr NvmlReturn kNotFound = 6;
constexpr NvmlReturn kDriverNotLoaded = 9;
constexpr unsigned int kMigEnabled = 1;
constexpr unsigned int kUuidBytes = 96;  // NVML_DEVICE_UUID_V2_BUFFER_SIZE
struct NvmlDevice;

struct Functions {
  NvmlReturn (*init)();
  NvmlReturn (*shutdown)();
  const char* (*error_string)(NvmlReturn);
  NvmlReturn (*count)(unsigned int*);
  NvmlReturn (*handle_by_index)(unsigned int, NvmlDevice**);
  NvmlReturn (*uuid)(NvmlDevice*, char*, unsigned int);
  // Absent in drivers from before MIG (2020).
  NvmlReturn (*mig_mode)(NvmlDevice*, unsigned int* current, unsigned int* pending);
  NvmlReturn (*max_mig_count)(NvmlDevice*, unsigned int*);
  NvmlReturn (*mig_handle_by_index)(NvmlDevice*, unsigned int, NvmlDevice**);
};

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

bool HasDriver(const std::string& root) { return Exists(UnderRoot(root, "/proc/driver/nvidia")); }

// The loaded library, initialised until the object goes away.
class Nvml {
 public:
  static absl::StatusOr<std::unique_ptr<Nvml>> Load(const std::string& library, void* handle) {
    std::unique_ptr<Nvml> nvml(new Nvml(library, handle));
    SM_RETURN_IF_ERROR(nvml->FindFunctions());
    return nvml;
  }
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  ~Nvml() {
    if (initialised_) call_.shutdown();
    dlclose(handle_);
  }

  NvmlReturn Init() {
    NvmlReturn result = call_.init();
    initialised_ = result == kSuccess;
    return result;
  }

  absl::StatusOr<int> Count() const {
    unsigned int count = 0;
    SM_RETURN_IF_ERROR(Check(call_.count(&count), "nvmlDeviceGetCount_v2"));
    return static_cast<int>(count);
  }

  absl::StatusOr<std::vector<Gpu>> List() const {
    SM_ASSIGN_OR_RETURN(int count, Count());
    std::vector<Gpu> gpus;
    for (int i = 0; i < count; ++i) {
      NvmlDevice* device = nullptr;
      SM_RETURN_IF_ERROR(Check(call_.handle_by_index(static_cast<unsigned int>(i), &device),
                               absl::StrCat("nvmlDeviceGetHandleByIndex_v2(", i, ")")));
      Gpu gpu;
      SM_ASSIGN_OR_RETURN(gpu.uuid, Uuid(device));
      SM_ASSIGN_OR_RETURN(gpu.mig_uuids, MigUuids(device));
      gpus.push_back(std::move(gpu));
    }
    return gpus;
  }

  absl::Status Check(NvmlReturn result, absl::string_view call) const {
    if (result == kSuccess) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("the GPU query failed: ", call, " of ",
                                                      library_, ": ", call_.error_string(result),
                                                      " (NVML error ", result, ")"));
  }

 private:
  Nvml(std::string library, void* handle) : library_(std::move(library)), handle_(handle) {}

  template <typename Function>
  void Find(const char* name, Function& function) const {
    function = reinterpret_cast<Function>(dlsym(handle_, name));
  }

  template <typename Function>
  absl::Status Require(const char* name, Function& function) const {
    Find(name, function);
    if (function != nullptr) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("the GPU query failed: ", library_, " has no function ", name));
  }

  absl::Status FindFunctions() {
    SM_RETURN_IF_ERROR(Require("nvmlInit_v2", call_.init));
    SM_RETURN_IF_ERROR(Require("nvmlShutdown", call_.shutdown));
    SM_RETURN_IF_ERROR(Require("nvmlErrorString", call_.error_string));
    SM_RETURN_IF_ERROR(Require("nvmlDeviceGetCount_v2", call_.count));
    SM_RETURN_IF_ERROR(Require("nvmlDeviceGetHandleByIndex_v2", call_.handle_by_index));
    SM_RETURN_IF_ERROR(Require("nvmlDeviceGetUUID", call_.uuid));
    Find("nvmlDeviceGetMigMode", call_.mig_mode);
    Find("nvmlDeviceGetMaxMigDeviceCount", call_.max_mig_count);
    Find("nvmlDeviceGetMigDeviceHandleByIndex", call_.mig_handle_by_index);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Uuid(NvmlDevice* device) const {
    char uuid[kUuidBytes] = "";
    SM_RETURN_IF_ERROR(Check(call_.uuid(device, uuid, sizeof uuid), "nvmlDeviceGetUUID"));
    return std::string(uuid);
  }

  // The slots of a GPU's MIG devices may have holes, which answer "not found".
  absl::StatusOr<std::vector<std::string>> MigUuids(NvmlDevice* gpu) const {
    std::vector<std::string> uuids;
    if (!call_.mig_mode || !call_.max_mig_count || !call_.mig_handle_by_index) return uuids;
    unsigned int mode = 0;
    unsigned int pending = 0;
    NvmlReturn result = call_.mig_mode(gpu, &mode, &pending);
    if (result == kNotSupported) return uuids;
    SM_RETURN_IF_ERROR(Check(result, "nvmlDeviceGetMigMode"));
    if (mode != kMigEnabled) return uuids;
    unsigned int slots = 0;
    SM_RETURN_IF_ERROR(Check(call_.max_mig_count(gpu, &slots), "nvmlDeviceGetMaxMigDeviceCount"));
    for (unsigned int i = 0; i < slots; ++i) {
      NvmlDevice* device = nullptr;
      result = call_.mig_handle_by_index(gpu, i, &device);
      if (result == kNotFound) continue;
      SM_RETURN_IF_ERROR(Check(result, "nvmlDeviceGetMigDeviceHandleByIndex"));
      SM_ASSIGN_OR_RETURN(std::string uuid, Uuid(device));
      uuids.push_back(std::move(uuid));
    }
    return uuids;
  }

  const std::string library_;
  void* const handle_;
  Functions call_ = {};
  bool initialised_ = false;
};

DeviceCount WithoutLibrary(const std::string& root, const std::string& library,
                           absl::string_view why) {
  if (!HasDriver(root) && !Exists(UnderRoot(root, "/dev/nvidia0"))) return 0;
  return absl::FailedPreconditionError(
      absl::StrCat("GPU device files exist but ", library, " cannot be loaded: ", why));
}

DeviceCount CountVisible(const Nvml& nvml, const std::string* list) {
  if (list == nullptr) return nvml.Count();
  if (FormOfVisibleDevices(*list) == VisibleDevicesForm::kIndices) {
    SM_ASSIGN_OR_RETURN(int count, nvml.Count());
    return CountVisibleIndices(*list, count);
  }
  SM_ASSIGN_OR_RETURN(std::vector<Gpu> gpus, nvml.List());
  return CountVisibleUuids(*list, gpus);
}

}  // namespace

DeviceCount CountGpus(const EnvMap& env, const std::string& root, const std::string& library) {
  auto variable = env.find("CUDA_VISIBLE_DEVICES");
  const std::string* list = variable == env.end() ? nullptr : &variable->second;
  if (list != nullptr && FormOfVisibleDevices(*list) == VisibleDevicesForm::kNone) return 0;

  void* handle = dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return WithoutLibrary(root, library, why == nullptr ? "no reason given" : why);
  }
  SM_ASSIGN_OR_RETURN(std::unique_ptr<Nvml> nvml, Nvml::Load(library, handle));
  NvmlReturn result = nvml->Init();
  if (result == kDriverNotLoaded && !HasDriver(root)) return 0;
  SM_RETURN_IF_ERROR(nvml->Check(result, "nvmlInit_v2"));
  return CountVisible(*nvml, list);
}

}  // namespace sm
