#include "bootstrap/config/job_config.h"

#include <sys/stat.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bootstrap/base/file.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/config/key_reader.h"
#include "bootstrap/config/resource_config.h"

namespace sm {
namespace {

constexpr absl::string_view kDistributionGroups = "sagemaker_distribution_instance_groups";
constexpr size_t kMaxFileBytes = size_t{32} << 20;

bool Exists(const std::string& path) {
  struct stat info;
  return !path.empty() && stat(path.c_str(), &info) == 0;
}

// The object in the file at `path`, or nothing when there is no such file.
absl::StatusOr<std::optional<json::Object>> ReadObject(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  if (!text.ok()) return text.status();
  absl::StatusOr<json::Value> value = json::Parse(*text);
  if (!value.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", value.status().message()));
  }
  if (value->AsObject() == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": found ", json::Describe(*value), ", expected an object"));
  }
  return std::get<json::Object>(std::move(*value).variant());
}

// InvalidArgument when `name` cannot be part of an environment variable's name.
absl::Status CheckName(absl::string_view file, absl::string_view name, absl::string_view what) {
  const std::string expected =
      absl::StrCat(what, " that can be part of an environment variable's name");
  if (name.empty()) return KeyError(file, name, "an empty name", expected);
  if (absl::StrContains(name, '=')) return KeyError(file, name, "a name with '='", expected);
  if (absl::StrContains(name, '\0')) return KeyError(file, name, "a name with NUL", expected);
  return absl::OkStatus();
}

bool HasNul(const json::Value& value) {
  return value.AsString() != nullptr && absl::StrContains(*value.AsString(), '\0');
}

// InvalidArgument when `value` would put a NUL into a variable or an argument: strings go there as
// they are, and so do the members of an object (as "k=v,k=v"); whatever is deeper gets escaped.
absl::Status CheckValue(absl::string_view file, absl::string_view key, const json::Value& value) {
  bool has_nul = HasNul(value);
  if (const json::Object* object = value.AsObject()) {
    has_nul = std::any_of(object->members().begin(), object->members().end(), [](const auto& m) {
      return absl::StrContains(m.first, '\0') || HasNul(m.second);
    });
  }
  if (!has_nul) return absl::OkStatus();
  return KeyError(file, key, absl::StrCat(json::Describe(value), " with a NUL character"),
                  "text that can be a command line argument");
}

// A string that is JSON becomes what it says; every other value is kept.
absl::StatusOr<json::Value> DecodeParameter(absl::string_view file, absl::string_view key,
                                            const json::Value& value) {
  if (value.AsString() == nullptr) return value;
  absl::StatusOr<json::Value> decoded = json::ParseHeld(*value.AsString());
  if (decoded.ok()) return decoded;
  if (absl::IsInvalidArgument(decoded.status())) return value;
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": key ", json::Quote(key), ": ", decoded.status().message()));
}

absl::Status SplitParameters(absl::string_view file, const json::Object& all, JobConfig& job) {
  for (const auto& [name, value] : all.members()) {
    SM_ASSIGN_OR_RETURN(json::Value decoded, DecodeParameter(file, name, value));
    SM_RETURN_IF_ERROR(CheckValue(file, name, decoded));
    if (absl::StartsWith(name, "sagemaker_") || IsReservedParameter(name)) {
      job.framework_parameters.Set(name, std::move(decoded));
      continue;
    }
    SM_RETURN_IF_ERROR(CheckName(file, name, "a hyperparameter's name"));
    job.hyperparameters.Set(name, std::move(decoded));
  }
  return absl::OkStatus();
}

// The framework parameters that name a thing are strings; null counts as not given.
absl::Status CheckFrameworkParameters(absl::string_view file, const JobConfig& job) {
  for (const absl::string_view name : {"sagemaker_program", "sagemaker_submit_directory",
                                       "sagemaker_job_name", "sagemaker_region"}) {
    const json::Value* value = job.framework_parameters.Find(name);
    if (value == nullptr || value->is_null() || value->AsString() != nullptr) continue;
    return KeyError(file, name, json::Describe(*value), "a string");
  }
  return absl::OkStatus();
}

absl::Status CheckChannels(absl::string_view file, const json::Object& channels) {
  for (const auto& [name, value] : channels.members()) {
    SM_RETURN_IF_ERROR(CheckName(file, name, "a channel's name"));
    if (value.AsObject() != nullptr) continue;
    return KeyError(file, name, json::Describe(value), "an object that describes a channel");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> DistributionHosts(absl::string_view file,
                                                           const JobConfig& job) {
  const std::vector<InstanceGroup>& groups = job.resources.instance_groups;
  if (job.framework_parameters.Find(kDistributionGroups) == nullptr) return job.resources.hosts;
  const KeyReader reader(std::string(file), job.framework_parameters);
  SM_ASSIGN_OR_RETURN(
      const std::vector<std::string> names,
      reader.UniqueStrings(kDistributionGroups, "an array of instance group names, each once"));
  if (groups.empty()) return job.resources.hosts;
  for (const std::string& name : names) {
    const bool known = std::any_of(groups.begin(), groups.end(),
                                   [&](const InstanceGroup& group) { return group.name == name; });
    if (known) continue;
    return reader.Error(kDistributionGroups, json::Quote(name),
                        "the names of groups that resourceconfig.json has in \"instance_groups\"");
  }
  std::vector<std::string> hosts;
  for (const InstanceGroup& group : groups) {
    if (std::find(names.begin(), names.end(), group.name) == names.end()) continue;
    hosts.insert(hosts.end(), group.hosts.begin(), group.hosts.end());
  }
  if (!hosts.empty()) return hosts;
  return reader.Error(kDistributionGroups, "groups without any host", "at least one host in them");
}

// The variable `name` of `env` when it says something, else the framework parameter.
std::optional<std::string> FromEnvOrParameter(const EnvMap& env, absl::string_view name,
                                              const JobConfig& job, absl::string_view parameter) {
  const absl::string_view variable = GetOr(env, name);
  if (!variable.empty()) return std::string(variable);
  const json::Value* value = job.framework_parameters.Find(parameter);
  if (value == nullptr || value->AsString() == nullptr) return std::nullopt;
  if (value->AsString()->empty()) return std::nullopt;
  return *value->AsString();
}

absl::Status ReadResources(const ConfigLocation& location, JobConfig& job) {
  const std::string path = absl::StrCat(job.paths.input_config, "/resourceconfig.json");
  SM_ASSIGN_OR_RETURN(std::optional<json::Object> object, ReadObject(path));
  if (object) {
    SM_ASSIGN_OR_RETURN(job.resources, ParseResourceConfig(path, *std::move(object)));
    return absl::OkStatus();
  }
  if (location.required) {
    return absl::NotFoundError(absl::StrCat(
        path, ": found no such file, expected the job's \"hosts\" and \"current_host\" in it"));
  }
  job.resources = SingleHostResources();
  return absl::OkStatus();
}

absl::Status ReadHyperparameters(JobConfig& job) {
  const std::string path = absl::StrCat(job.paths.input_config, "/hyperparameters.json");
  SM_ASSIGN_OR_RETURN(const std::optional<json::Object> object, ReadObject(path));
  if (object) SM_RETURN_IF_ERROR(SplitParameters(path, *object, job));
  SM_RETURN_IF_ERROR(CheckFrameworkParameters(path, job));
  SM_ASSIGN_OR_RETURN(job.distribution_hosts, DistributionHosts(path, job));
  return absl::OkStatus();
}

absl::Status ReadInputDataConfig(JobConfig& job) {
  const std::string path = absl::StrCat(job.paths.input_config, "/inputdataconfig.json");
  SM_ASSIGN_OR_RETURN(std::optional<json::Object> object, ReadObject(path));
  if (object) job.input_data_config = *std::move(object);
  return CheckChannels(path, job.input_data_config);
}

void MakeStandalone(absl::string_view current_directory, JobConfig& job) {
  job.standalone = true;
  job.paths = JobPaths::Under(std::string(current_directory));
  job.paths.code = job.paths.base;
  job.resources = SingleHostResources();
  job.distribution_hosts = job.resources.hosts;
}

}  // namespace

JobPaths JobPaths::Under(std::string base) {
  while (base.size() > 1 && base.back() == '/') base.pop_back();
  const std::string root = base == "/" ? "" : base;
  JobPaths paths;
  paths.base = std::move(base);
  paths.input = root + "/input";
  paths.input_config = paths.input + "/config";
  paths.input_data = paths.input + "/data";
  paths.model = root + "/model";
  paths.code = root + "/code";
  paths.output = root + "/output";
  paths.output_data = paths.output + "/data";
  paths.output_intermediate = paths.output + "/intermediate";
  paths.failure = paths.output + "/failure";
  return paths;
}

bool IsReservedParameter(absl::string_view name) {
  static constexpr absl::string_view kReserved[] = {"_tuning_objective_metric",
                                                    "default_user_module_name",
                                                    "sagemaker_container_log_level",
                                                    "sagemaker_enable_cloudwatch_metrics",
                                                    "sagemaker_job_name",
                                                    "sagemaker_program",
                                                    "sagemaker_region",
                                                    "sagemaker_s3_output",
                                                    "sagemaker_submit_directory"};
  return std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

ConfigLocation LocateConfig(absl::string_view base_dir_flag, const EnvMap& env,
                            absl::string_view current_directory,
                            const std::string& default_base_dir) {
  const absl::string_view variable = GetOr(env, "SAGEMAKER_BASE_DIR");
  const absl::string_view asked_for = base_dir_flag.empty() ? variable : base_dir_flag;
  if (!asked_for.empty()) {
    if (asked_for[0] == '/') return {std::string(asked_for), true};
    return {absl::StrCat(absl::StripSuffix(current_directory, "/"), "/", asked_for), true};
  }
  return {Exists(default_base_dir) ? default_base_dir : "", false};
}

absl::StatusOr<JobConfig> ReadJobConfig(const ConfigLocation& location, const EnvMap& env,
                                        absl::string_view current_directory) {
  JobConfig job;
  job.paths = JobPaths::Under(location.base_dir);
  if (!location.required && (location.base_dir.empty() || !Exists(job.paths.input_config))) {
    MakeStandalone(current_directory, job);
  } else {
    SM_RETURN_IF_ERROR(ReadResources(location, job));
    SM_RETURN_IF_ERROR(ReadHyperparameters(job));
    SM_RETURN_IF_ERROR(ReadInputDataConfig(job));
  }
  job.program = FromEnvOrParameter(env, "SAGEMAKER_PROGRAM", job, "sagemaker_program");
  job.job_name = FromEnvOrParameter(env, "TRAINING_JOB_NAME", job, "sagemaker_job_name");
  return job;
}

}  // namespace sm
