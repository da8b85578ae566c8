#include "launchers/selection.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"

namespace sm {
namespace {

constexpr absl::string_view kInstead =
    "use --launcher workers (one process per GPU with RANK, WORLD_SIZE and MASTER_ADDR set, as "
    "torchrun does) or --launcher script (one process per host)";

// A way of launching that users know by name. Without a kind it is one that we lack.
struct Mode {
  absl::string_view name;
  absl::string_view description;
  std::optional<LauncherKind> kind;
};

constexpr Mode kScript = {"script", "the script launcher", LauncherKind::kScript};
constexpr Mode kWorkers = {"workers", "the workers launcher", LauncherKind::kWorkers};
constexpr Mode kMpi = {"mpi", "MPI", std::nullopt};
constexpr Mode kPs = {"ps", "TensorFlow parameter servers", std::nullopt};
constexpr Mode kMwms = {"mwms", "TensorFlow's MultiWorkerMirroredStrategy", std::nullopt};
constexpr Mode kSmddp = {"smddp", "SageMaker's distributed data parallel library", std::nullopt};
constexpr Mode kXla = {"xla", "SageMaker's Training Compiler for PyTorch/XLA", std::nullopt};

constexpr const Mode* kLaunchers[] = {&kScript, &kWorkers, &kMpi, &kPs, &kMwms};

struct Switch {
  absl::string_view key;
  const Mode* mode;
};

constexpr Switch kSwitches[] = {
    {"sagemaker_torch_distributed_enabled", &kWorkers},
    {"sagemaker_pytorch_ddp_enabled", &kWorkers},
    {"sagemaker_mpi_enabled", &kMpi},
    {"sagemaker_parameter_server_enabled", &kPs},
    {"sagemaker_multi_worker_mirrored_strategy_enabled", &kMwms},
    {"sagemaker_distributed_dataparallel_enabled", &kSmddp},
    {"sagemaker_pytorch_xla_multi_worker_enabled", &kXla},
};

// Hyperparameters that were encoded twice arrive as the strings "true" and "false"; null is how an
// SDK leaves a value out.
absl::StatusOr<bool> IsOn(absl::string_view key, const json::Value& value) {
  if (const bool* flag = value.AsBool()) return *flag;
  if (value.is_null()) return false;
  if (const std::string* text = value.AsString()) {
    if (absl::EqualsIgnoreCase(*text, "true")) return true;
    if (absl::EqualsIgnoreCase(*text, "false")) return false;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("hyperparameter ", key, ": expected true or false, got ", json::Dump(value)));
}

absl::StatusOr<LauncherSelection> Select(const Mode& mode, absl::string_view who) {
  if (!mode.kind.has_value()) {
    return absl::UnimplementedError(absl::StrCat(
        who, " asks for ", mode.description, ", which this version cannot launch yet; ", kInstead));
  }
  return LauncherSelection{*mode.kind, absl::StrCat(mode.name, ", since ", who, " asks for it")};
}

absl::StatusOr<LauncherSelection> SelectByName(absl::string_view requested) {
  std::string names = "auto";
  for (const Mode* mode : kLaunchers) {
    if (mode->name == requested) return Select(*mode, absl::StrCat("--launcher ", requested));
    absl::StrAppend(&names, ", ", mode->name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--launcher: got \"", requested, "\", expected one of ", names));
}

absl::StatusOr<LauncherSelection> SelectBySwitches(const json::Object& parameters) {
  const Switch* chosen = nullptr;
  for (const Switch& candidate : kSwitches) {
    const json::Value* value = parameters.Find(candidate.key);
    if (value == nullptr) continue;
    SM_ASSIGN_OR_RETURN(const bool on, IsOn(candidate.key, *value));
    if (!on) continue;
    if (chosen != nullptr && chosen->mode != candidate.mode) {
      return absl::InvalidArgumentError(
          absl::StrCat("hyperparameters ", chosen->key, " and ", candidate.key,
                       " are both true, but ask for ", chosen->mode->description, " and ",
                       candidate.mode->description, "; leave one on, or choose with --launcher"));
    }
    if (chosen == nullptr) chosen = &candidate;
  }
  if (chosen == nullptr) {
    return LauncherSelection{LauncherKind::kScript,
                             "script, since no hyperparameter asks for another launcher"};
  }
  return Select(*chosen->mode, absl::StrCat("hyperparameter ", chosen->key));
}

}  // namespace

absl::StatusOr<LauncherSelection> SelectLauncher(absl::string_view requested,
                                                 const json::Object& framework_parameters) {
  return requested == "auto" ? SelectBySwitches(framework_parameters) : SelectByName(requested);
}

}  // namespace sm
