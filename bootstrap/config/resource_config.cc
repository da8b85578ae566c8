#include "bootstrap/config/resource_config.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/config/key_reader.h"

namespace sm {
namespace {

// The first few of `names`, for messages.
std::string Listing(const std::vector<std::string>& names) {
  constexpr size_t kShown = 8;
  const size_t shown = std::min(names.size(), kShown);
  std::string text =
      absl::StrJoin(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", ",
                    [](std::string* out, const std::string& name) { *out += json::Quote(name); });
  if (shown == names.size()) return text;
  return absl::StrCat(text, " and ", names.size() - shown, " more");
}

absl::Status ReadHosts(const KeyReader& reader, ResourceConfig& config) {
  constexpr absl::string_view kExpected = "a non-empty array of host names, each once";
  SM_ASSIGN_OR_RETURN(config.hosts, reader.UniqueStrings("hosts", kExpected));
  if (config.hosts.empty()) return reader.Error("hosts", "an empty array", kExpected);
  SM_ASSIGN_OR_RETURN(config.current_host, reader.String("current_host", "the name of this host"));
  if (std::find(config.hosts.begin(), config.hosts.end(), config.current_host) ==
      config.hosts.end()) {
    return reader.Error("current_host", json::Quote(config.current_host),
                        absl::StrCat("one of \"hosts\": ", Listing(config.hosts)));
  }
  return absl::OkStatus();
}

absl::StatusOr<InstanceGroup> ReadGroup(const KeyReader& reader) {
  InstanceGroup group;
  SM_ASSIGN_OR_RETURN(group.name,
                      reader.String("instance_group_name", "the name of an instance group"));
  SM_ASSIGN_OR_RETURN(const std::optional<std::string> type,
                      reader.OptionalString("instance_type", "an instance type"));
  group.instance_type = type.value_or("");
  SM_ASSIGN_OR_RETURN(group.hosts,
                      reader.UniqueStrings("hosts", "an array of host names, each once"));
  return group;
}

// Each host of a group must be one of the job's, and in one group only; so must the names be.
class GroupChecker {
 public:
  explicit GroupChecker(const std::vector<std::string>& hosts)
      : hosts_(hosts), known_(hosts.begin(), hosts.end()) {}

  absl::Status Check(const KeyReader& reader, const InstanceGroup& group) {
    if (!names_.insert(group.name).second) {
      return reader.Error("instance_group_name",
                          absl::StrCat(json::Quote(group.name), " a second time"),
                          "a name of its own for each group");
    }
    for (size_t i = 0; i < group.hosts.size(); ++i) {
      const std::string key = absl::StrCat("hosts[", i, "]");
      const std::string& host = group.hosts[i];
      if (known_.count(host) == 0) {
        return reader.Error(key, json::Quote(host),
                            absl::StrCat("one of \"hosts\": ", Listing(hosts_)));
      }
      const auto [it, is_new] = group_of_.emplace(host, group.name);
      if (!is_new) {
        return reader.Error(
            key, absl::StrCat(json::Quote(host), ", already in group ", json::Quote(it->second)),
            "each host in one group only");
      }
    }
    return absl::OkStatus();
  }

 private:
  const std::vector<std::string>& hosts_;
  absl::flat_hash_set<std::string> known_;
  absl::flat_hash_set<std::string> names_;
  absl::flat_hash_map<std::string, std::string> group_of_;
};

absl::Status ReadGroups(absl::string_view file, const KeyReader& reader, ResourceConfig& config) {
  SM_ASSIGN_OR_RETURN(const json::Array* groups,
                      reader.OptionalArray("instance_groups", "an array of instance groups"));
  if (groups == nullptr) return absl::OkStatus();
  GroupChecker checker(config.hosts);
  for (const json::Value& element : *groups) {
    const std::string key = absl::StrCat("instance_groups[", config.instance_groups.size(), "]");
    if (element.AsObject() == nullptr) {
      return reader.Error(key, json::Describe(element), "an object that describes a group");
    }
    const KeyReader group_reader(std::string(file), *element.AsObject(), key + ".");
    SM_ASSIGN_OR_RETURN(InstanceGroup group, ReadGroup(group_reader));
    SM_RETURN_IF_ERROR(checker.Check(group_reader, group));
    config.instance_groups.push_back(std::move(group));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResourceConfig> ParseResourceConfig(absl::string_view file, json::Object object) {
  ResourceConfig config;
  const KeyReader reader(std::string(file), object);
  SM_RETURN_IF_ERROR(ReadHosts(reader, config));
  SM_ASSIGN_OR_RETURN(
      config.network_interface_name,
      reader.OptionalString("network_interface_name", "the name of a network interface"));
  SM_ASSIGN_OR_RETURN(config.current_instance_type,
                      reader.OptionalString("current_instance_type", "an instance type"));
  SM_ASSIGN_OR_RETURN(config.current_group_name,
                      reader.OptionalString("current_group_name", "the name of an instance group"));
  SM_RETURN_IF_ERROR(ReadGroups(file, reader, config));
  SM_RETURN_IF_ERROR(
      reader.OptionalArray("topology", "an array of hosts and their capacity units").status());
  config.raw = std::move(object);
  return config;
}

ResourceConfig SingleHostResources() {
  ResourceConfig config;
  config.current_host = "algo-1";
  config.hosts = {config.current_host};
  config.raw.Set("current_host", config.current_host);
  config.raw.Set("hosts", json::Array{config.current_host});
  return config;
}

}  // namespace sm
