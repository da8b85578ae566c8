#include "bootstrap/host/interface_choice.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sm {
namespace {

constexpr char kDefaultInterface[] = "eth0";

const Interface* Find(const std::vector<Interface>& interfaces, absl::string_view name) {
  for (const Interface& interface : interfaces) {
    if (interface.name == name) return &interface;
  }
  return nullptr;
}

// What is wrong with an interface, as the end of a sentence that starts with its name; empty when
// it can be used.
std::string Unusable(const Interface* interface) {
  if (interface == nullptr) return "does not exist";
  if (!interface->is_up) return "is down";
  if (interface->addresses.empty()) return "has no address";
  return "";
}

int Preference(const InterfaceAddress& address) {
  return (address.is_link_local ? 2 : 0) + (address.is_ipv6 ? 1 : 0);
}

ChosenInterface Choose(const Interface& interface, std::string reason) {
  const InterfaceAddress& best =
      *std::min_element(interface.addresses.begin(), interface.addresses.end(),
                        [](const auto& a, const auto& b) { return Preference(a) < Preference(b); });
  return {interface.name, best.address, best.is_ipv6, std::move(reason)};
}

std::string DescribeInterface(const Interface& interface) {
  std::vector<std::string> words = {interface.is_up ? "up" : "down"};
  for (const InterfaceAddress& address : interface.addresses) words.push_back(address.address);
  if (interface.addresses.empty()) words.emplace_back("no address");
  return absl::StrCat(interface.name, " (", absl::StrJoin(words, ", "), ")");
}

absl::Status Refuse(absl::string_view what, const std::vector<Interface>& interfaces) {
  return absl::FailedPreconditionError(
      absl::StrCat(what, "; interfaces of this host: ", DescribeInterfaces(interfaces)));
}

}  // namespace

std::string DescribeInterfaces(const std::vector<Interface>& interfaces) {
  if (interfaces.empty()) return "none";
  return absl::StrJoin(interfaces, ", ", [](std::string* out, const Interface& interface) {
    out->append(DescribeInterface(interface));
  });
}

absl::StatusOr<ChosenInterface> ChooseInterface(const std::vector<Interface>& interfaces,
                                                const std::optional<std::string>& configured,
                                                absl::string_view routed_interface) {
  if (configured) {
    const Interface* named = Find(interfaces, *configured);
    std::string problem = Unusable(named);
    if (problem.empty()) {
      return Choose(*named,
                    absl::StrCat("interface ", named->name, ": the configuration names it"));
    }
    return Refuse(absl::StrCat("network interface '", *configured,
                               "', which the configuration names, ", problem),
                  interfaces);
  }

  const Interface* standard = Find(interfaces, kDefaultInterface);
  std::string problem = Unusable(standard);
  if (problem.empty()) {
    return Choose(*standard,
                  "interface eth0: the configuration names none, and this is SageMaker's default");
  }
  std::string why_not = absl::StrCat("the configuration names no network interface, ",
                                     kDefaultInterface, " ", problem);
  if (routed_interface.empty()) {
    return Refuse(absl::StrCat(why_not, ", and no interface is known to route to the leader"),
                  interfaces);
  }
  const Interface* routed = Find(interfaces, routed_interface);
  if (std::string wrong = Unusable(routed); !wrong.empty()) {
    return Refuse(absl::StrCat(why_not, ", and '", routed_interface,
                               "', which routes to the leader, ", wrong),
                  interfaces);
  }
  return Choose(*routed, absl::StrCat("interface ", routed->name, ": ", why_not,
                                      "; this one routes to the leader"));
}

}  // namespace sm
