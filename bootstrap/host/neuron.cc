#include "bootstrap/host/neuron.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/config/json.h"

namespace sm {
namespace {

// More than any machine has, and few enough for a sum of many to fit an int64_t.
constexpr int64_t kMostCores = 1'000'000;

absl::Status Unexpected(absl::string_view found, absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat("neuron-ls -j printed ", found, "; expected ", expected));
}

absl::StatusOr<int64_t> CoresOf(const json::Value& device) {
  const json::Object* object = device.AsObject();
  if (object == nullptr) {
    return Unexpected(absl::StrCat(json::KindName(device), " among the devices"), "an object");
  }
  const json::Value* count = object->Find("nc_count");
  if (count == nullptr) return 0;
  const json::Integer* integer = count->AsInteger();
  std::optional<int64_t> cores = integer ? integer->ToInt64() : std::nullopt;
  if (!cores || *cores < 0 || *cores > kMostCores) {
    return Unexpected(absl::StrCat("nc_count ", json::Dump(*count)),
                      absl::StrCat("an integer from 0 to ", kMostCores));
  }
  return *cores;
}

}  // namespace

absl::StatusOr<int> CountNeuronCores(absl::string_view json) {
  absl::StatusOr<json::Value> value = json::Parse(json);
  if (!value.ok()) return Unexpected(value.status().message(), "a JSON array of devices");
  const json::Array* devices = value->AsArray();
  if (devices == nullptr) return Unexpected(json::KindName(*value), "a JSON array of devices");
  int64_t sum = 0;
  for (const json::Value& device : *devices) {
    SM_ASSIGN_OR_RETURN(int64_t cores, CoresOf(device));
    sum += cores;
    if (sum > kMostCores) {
      return Unexpected(absl::StrCat("devices with more than ", kMostCores, " cores in all"),
                        "fewer");
    }
  }
  return static_cast<int>(sum);
}

DeviceCount ProbeNeuronCores(const CommandRunner& run_command) {
  if (!run_command) return 0;
  absl::StatusOr<std::string> output = run_command({"neuron-ls", "-j"});
  if (absl::IsNotFound(output.status())) return 0;
  if (!output.ok()) {
    return absl::Status(
        output.status().code(),
        absl::StrCat("the Neuron query failed: neuron-ls -j: ", output.status().message()));
  }
  return CountNeuronCores(*output);
}

}  // namespace sm
