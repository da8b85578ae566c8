// A stand-in for libnvidia-ml.so.1, driven by environment variables:
//
//   FAKE_NVML_GPUS   the GPUs, ';' between them: "GPU-a;GPU-b=MIG-1,,MIG-2" is one without MIG and
//                    one with three MIG slots, of which the second is a hole
//   FAKE_NVML_FAIL   "function=number": this function returns this error
//   FAKE_NVML_LOG    a file to which each init and shutdown adds its name
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Device {
  std::string uuid;
  bool has_mig = false;
  std::vector<Device> mig;
};

std::vector<Device>* devices = nullptr;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int Result(const char* function) {
  std::string fail = Variable("FAKE_NVML_FAIL");
  std::string prefix = std::string(function) + "=";
  return fail.rfind(prefix, 0) == 0 ? std::atoi(fail.c_str() + prefix.size()) : 0;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

void Log(const char* event) {
  std::string path = Variable("FAKE_NVML_LOG");
  if (path.empty()) return;
  if (std::FILE* file = std::fopen(path.c_str(), "a")) {
    std::fprintf(file, "%s\n", event);
    std::fclose(file);
  }
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  if (int error = Result("nvmlInit_v2"); error != 0) return error;
  Log("init");
  devices = new std::vector<Device>;
  for (const std::string& entry : Split(Variable("FAKE_NVML_GPUS"), ';')) {
    size_t equals = entry.find('=');
    Device device = {entry.substr(0, equals), equals != std::string::npos, {}};
    if (device.has_mig) {
      for (const std::string& uuid : Split(entry.substr(equals + 1), ',')) {
        device.mig.push_back({uuid, false, {}});
      }
    }
    devices->push_back(device);
  }
  return 0;
}

int nvmlShutdown() {
  Log("shutdown");
  delete devices;
  devices = nullptr;
  return 0;
}

const char* nvmlErrorString(int error) {
  return error == 9 ? "Driver Not Loaded" : "Something Fake Is Wrong";
}

#ifndef FAKE_NVML_INCOMPLETE
int nvmlDeviceGetCount_v2(unsigned int* count) {
  *count = static_cast<unsigned int>(devices->size());
  return Result("nvmlDeviceGetCount_v2");
}
#endif

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, Device** device) {
  *device = &devices->at(index);
  return Result("nvmlDeviceGetHandleByIndex_v2");
}

int nvmlDeviceGetUUID(Device* device, char* uuid, unsigned int length) {
  std::snprintf(uuid, length, "%s", device->uuid.c_str());
  return Result("nvmlDeviceGetUUID");
}

#ifndef FAKE_NVML_BEFORE_MIG
int nvmlDeviceGetMigMode(Device* device, unsigned int* current, unsigned int* pending) {
  *current = *pending = device->has_mig ? 1 : 0;
  return Result("nvmlDeviceGetMigMode");
}

int nvmlDeviceGetMaxMigDeviceCount(Device* device, unsigned int* count) {
  *count = static_cast<unsigned int>(device->mig.size());
  return Result("nvmlDeviceGetMaxMigDeviceCount");
}

int nvmlDeviceGetMigDeviceHandleByIndex(Device* device, unsigned int index, Device** mig) {
  *mig = &device->mig.at(index);
  return (*mig)->uuid.empty() ? 6 : Result("nvmlDeviceGetMigDeviceHandleByIndex");
}
#endif

}  // extern "C"
