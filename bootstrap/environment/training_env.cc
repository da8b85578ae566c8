#include "bootstrap/environment/training_env.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "bootstrap/config/utf8.h"
#include "bootstrap/environment/python_str.h"

namespace sm {
namespace {

using json::Array;
using json::Object;
using json::Value;

Value Number(int value) { return json::Integer{std::to_string(value)}; }

Array Strings(const std::vector<std::string>& texts) { return Array(texts.begin(), texts.end()); }

// Python's bool().
bool IsTrue(const Value& value) {
  if (const bool* flag = value.AsBool()) return *flag;
  if (const json::Integer* number = value.AsInteger()) return number->digits != "0";
  if (const double* number = value.AsDouble()) return *number != 0;
  if (const std::string* text = value.AsString()) return !text->empty();
  if (const Array* array = value.AsArray()) return !array->empty();
  if (const Object* object = value.AsObject()) return !object->empty();
  return false;
}

// The value at `key`, or `fallback`: Python's dict.get().
Value Get(const Object& object, absl::string_view key, const Value& fallback) {
  const Value* value = object.Find(key);
  return value != nullptr ? *value : fallback;
}

Value Variable(const EnvMap& env, absl::string_view name) {
  const auto it = env.find(name);
  return it != env.end() ? Value(it->second) : Value(nullptr);
}

// The sagemaker_* parameters that are passed on, which are those without a meaning of their own.
Object PassedOn(const Object& framework_parameters) {
  Object result;
  for (const auto& [name, value] : framework_parameters.members()) {
    if (!IsReservedParameter(name)) result.Set(name, value);
  }
  return result;
}

// os.path.join(): an absolute name replaces the directory.
std::string ChannelDirectory(const JobConfig& job, const std::string& channel) {
  if (absl::StartsWith(channel, "/")) return channel;
  return absl::StrCat(job.paths.input_data, "/", channel);
}

Object ChannelDirectories(const JobConfig& job) {
  Object result;
  for (const auto& [channel, description] : job.input_data_config.members()) {
    result.Set(channel, ChannelDirectory(job, channel));
  }
  return result;
}

Array ChannelNames(const JobConfig& job) {
  Array names;
  for (const Object::Member* channel : job.input_data_config.SortedMembers()) {
    names.emplace_back(channel->first);
  }
  return names;
}

// What the contract says about instance groups. "Distribution" here is the contract's notion, which
// can be empty and can differ between hosts; which hosts really take part is the job's.
struct GroupFacts {
  std::string current;
  std::vector<std::string> current_hosts;
  std::vector<std::string> names;
  Object by_name;
  Value distribution_groups;
  std::vector<std::string> distribution_hosts;
  std::string master;
};

bool SomeDistributionEnabled(const Object& parameters) {
  constexpr absl::string_view kEnablers[] = {"sagemaker_mpi_enabled",
                                             "sagemaker_parameter_server_enabled",
                                             "sagemaker_distributed_dataparallel_enabled",
                                             "sagemaker_pytorch_ddp_enabled",
                                             "sagemaker_pytorch_xla_multi_worker_enabled",
                                             "sagemaker_multi_worker_mirrored_strategy_enabled",
                                             "sagemaker_torch_distributed_enabled"};
  return std::any_of(std::begin(kEnablers), std::end(kEnablers), [&](absl::string_view name) {
    const Value* value = parameters.Find(name);
    return value != nullptr && IsTrue(*value);
  });
}

Value DistributionGroups(const JobConfig& job, const std::string& current_group) {
  const Object& parameters = job.framework_parameters;
  const bool enabled = SomeDistributionEnabled(parameters);
  return Get(parameters, "sagemaker_distribution_instance_groups",
             enabled ? Array{current_group} : Array());
}

bool Contains(const Value& array, const std::string& text) {
  const Array* elements = array.AsArray();
  return elements != nullptr &&
         std::find(elements->begin(), elements->end(), Value(text)) != elements->end();
}

GroupFacts DescribeGroups(const JobConfig& job) {
  const ResourceConfig& resources = job.resources;
  GroupFacts facts;
  facts.current = resources.current_group_name.value_or("homogeneousCluster");
  facts.distribution_groups = DistributionGroups(job, facts.current);
  for (const InstanceGroup& group : resources.instance_groups) {
    facts.names.push_back(group.name);
    if (group.name == facts.current) facts.current_hosts = group.hosts;
    if (!Contains(facts.distribution_groups, group.name)) continue;
    facts.distribution_hosts.insert(facts.distribution_hosts.end(), group.hosts.begin(),
                                    group.hosts.end());
  }
  if (resources.instance_groups.empty()) facts.distribution_hosts = resources.hosts;
  facts.master =
      facts.distribution_hosts.empty() ? resources.hosts.front() : facts.distribution_hosts.front();
  // As the file has them, unknown keys included.
  const Value* raw = resources.raw.Find("instance_groups");
  for (size_t i = 0; raw != nullptr && i < facts.names.size(); ++i) {
    facts.by_name.Set(facts.names[i], raw->AsArray()->at(i));
  }
  return facts;
}

// SAGEMAKER_PROGRAM names the module even when it is empty; the entry point then falls back.
Value EntryPoint(const JobConfig& job, const EnvMap& inbound) {
  const Value variable = Variable(inbound, "SAGEMAKER_PROGRAM");
  return IsTrue(variable) ? variable : Get(job.framework_parameters, "sagemaker_program", nullptr);
}

std::string ModuleName(const JobConfig& job, const EnvMap& inbound) {
  const Value variable = Variable(inbound, "SAGEMAKER_PROGRAM");
  const std::string program = PythonStr(
      variable.is_null() ? Get(job.framework_parameters, "sagemaker_program", nullptr) : variable);
  return std::string(absl::StripSuffix(program, ".py"));
}

// `x and x != "{}"`, which is null or empty when x is.
Value ModelParallelEnabled(const EnvMap& inbound) {
  Value parameters = Variable(inbound, "SM_HP_MP_PARAMETERS");
  if (!IsTrue(parameters)) return parameters;
  return parameters != Value("{}");
}

// The properties that SM_TRAINING_ENV and variables of the same names have in common.
Object CommonProperties(const JobConfig& job, const Hardware& hardware, const EnvMap& inbound,
                        const GroupFacts& groups) {
  const ResourceConfig& resources = job.resources;
  const Object& framework = job.framework_parameters;
  Object properties;
  properties.Set("current_host", resources.current_host);
  properties.Set("current_instance_group", groups.current);
  properties.Set("current_instance_group_hosts", Strings(groups.current_hosts));
  properties.Set("current_instance_type", resources.current_instance_type.value_or("local"));
  properties.Set("distribution_instance_groups", groups.distribution_groups);
  properties.Set("framework_module", Variable(inbound, "SAGEMAKER_TRAINING_MODULE"));
  properties.Set("hosts", Strings(resources.hosts));
  properties.Set("input_config_dir", job.paths.input_config);
  properties.Set("input_data_config", job.input_data_config);
  properties.Set("input_dir", job.paths.input);
  properties.Set("instance_groups", Strings(groups.names));
  properties.Set("instance_groups_dict", groups.by_name);
  properties.Set("is_hetero", groups.names.size() > 1);
  properties.Set("log_level", Get(framework, "sagemaker_container_log_level", Number(20)));
  properties.Set("model_dir", job.paths.model);
  properties.Set("module_dir",
                 PythonStr(Get(framework, "sagemaker_submit_directory", job.paths.code)));
  properties.Set("module_name", ModuleName(job, inbound));
  properties.Set("network_interface_name",
                 resources.network_interface_name.value_or(std::string(kDefaultInterfaceName)));
  properties.Set("num_cpus", Number(hardware.cpus));
  properties.Set("num_gpus", Number(hardware.gpus));
  properties.Set("num_neurons", Number(hardware.neuron_cores));
  properties.Set("output_data_dir", job.paths.output_data);
  properties.Set("output_dir", job.paths.output);
  properties.Set("output_intermediate_dir", job.paths.output_intermediate);
  properties.Set("resource_config", resources.raw);
  properties.Set("topology", Get(resources.raw, "topology", Array()));
  properties.Set("user_entry_point", EntryPoint(job, inbound));
  return properties;
}

// SM_TRAINING_ENV: everything at once, partly under longer names.
Object TrainingEnvObject(const JobConfig& job, const EnvMap& inbound, const GroupFacts& groups,
                         Object properties) {
  properties.Set("additional_framework_parameters", PassedOn(job.framework_parameters));
  properties.Set("channel_input_dirs", ChannelDirectories(job));
  properties.Set("distribution_hosts", Strings(groups.distribution_hosts));
  properties.Set("hyperparameters", job.hyperparameters);
  properties.Set("is_master", job.resources.current_host == groups.master);
  properties.Set("is_modelparallel_enabled", ModelParallelEnabled(inbound));
  properties.Set("is_smddpmprun_installed", false);
  properties.Set("is_smddprun_installed", false);
  properties.Set("job_name", Variable(inbound, "TRAINING_JOB_NAME"));
  properties.Set("master_hostname", groups.master);
  return properties;
}

// A variable's value: strings as they are, null as nothing, the rest as JSON.
std::string VariableValue(const Value& value) {
  if (value.is_null()) return "";
  if (const std::string* text = value.AsString()) return ToOsString(*text);
  return json::Dump(value);
}

void SetVariable(EnvMap& env, absl::string_view name, const Value& value) {
  env[absl::StrCat("SM_", ToOsString(PythonUpper(name)))] = VariableValue(value);
}

std::string ArgumentName(const std::string& name) {
  if (name.empty()) return "";
  const bool one_letter = FirstCodePointOrEscape(name).length == name.size();
  return absl::StrCat(one_letter ? "-" : "--", name);
}

std::string ArgumentValue(const Value& value) {
  if (value.is_null()) return "";
  const Object* object = value.AsObject();
  if (object == nullptr) return PythonStr(value);
  return absl::StrJoin(object->SortedMembers(), ",", [](std::string* out, const auto* member) {
    absl::StrAppend(out, member->first, "=", PythonStr(member->second));
  });
}

}  // namespace

EnvMap BuildTrainingEnv(const JobConfig& job, const Hardware& hardware, const EnvMap& inbound) {
  const GroupFacts groups = DescribeGroups(job);
  const Object properties = CommonProperties(job, hardware, inbound, groups);
  EnvMap env;
  for (const auto& [name, value] : properties.members()) {
    if (name == "topology" && !IsTrue(value)) continue;
    SetVariable(env, name, value);
  }
  SetVariable(env, "hps", job.hyperparameters);
  SetVariable(env, "framework_params", PassedOn(job.framework_parameters));
  SetVariable(env, "channels", ChannelNames(job));
  SetVariable(env, "training_env", TrainingEnvObject(job, inbound, groups, properties));
  env["SM_USER_ARGS"] = UserArgsValue(ScriptArguments(job));
  // Names that differ in case only share a variable; the last one has it.
  for (const auto& [channel, description] : job.input_data_config.members()) {
    SetVariable(env, absl::StrCat("channel_", channel), ChannelDirectory(job, channel));
  }
  for (const auto& [name, value] : job.hyperparameters.members()) {
    SetVariable(env, absl::StrCat("hp_", name), value);
  }
  return env;
}

std::vector<std::string> ScriptArguments(const JobConfig& job) {
  std::vector<std::string> arguments;
  for (const Object::Member* member : job.hyperparameters.SortedMembers()) {
    arguments.push_back(ToOsString(ArgumentName(member->first)));
    arguments.push_back(ToOsString(ArgumentValue(member->second)));
  }
  return arguments;
}

std::string UserArgsValue(const std::vector<std::string>& arguments) {
  return json::Dump(Strings(arguments));
}

}  // namespace sm
