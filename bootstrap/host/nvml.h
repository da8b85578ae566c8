// GPUs, counted through NVIDIA's management library, which is loaded when asked and never linked.
#ifndef SM_BOOTSTRAP_HOST_NVML_H_
#define SM_BOOTSTRAP_HOST_NVML_H_

#include <string>

#include "bootstrap/base/env_map.h"
#include "bootstrap/host/host_facts.h"

namespace sm {

// How many GPUs a process with the environment `env` sees: CUDA_VISIBLE_DEVICES is honoured as
// cuda_visible_devices.h tells. Without that variable, every GPU counts once, divided into MIG
// devices or not.
//
// 0 when the variable hides all (nothing is loaded then), when there is neither a library nor a
// device file, or when the library finds no driver and no trace of one exists under `root`.
// FailedPrecondition when device files exist but the library cannot be loaded, when it lacks a
// function, and when one of its calls fails (with its name, NVML's words and the error number).
//
// Takes microseconds on a machine without the library. Not to be called from two threads at once
// with different libraries; loads and unloads the library each time.
DeviceCount CountGpus(const EnvMap& env, const std::string& root, const std::string& library);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_NVML_H_
