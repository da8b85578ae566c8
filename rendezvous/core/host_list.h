// The distribution's hosts in rank order, as a value whose copies share one list.
#ifndef SM_RENDEZVOUS_CORE_HOST_LIST_H_
#define SM_RENDEZVOUS_CORE_HOST_LIST_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sm::rendezvous {

// Immutable. Converts from a vector, so that it can be assigned one; thousands of clients in one
// process (benchmarks, tests) then hold thousands of pointers, not thousands of lists.
class HostList {
 public:
  HostList() : HostList(std::vector<std::string>()) {}
  HostList(std::vector<std::string> names)  // NOLINT(google-explicit-constructor)
      : names_(std::make_shared<const std::vector<std::string>>(std::move(names))) {}

  const std::vector<std::string>& names() const { return *names_; }

 private:
  std::shared_ptr<const std::vector<std::string>> names_;
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CORE_HOST_LIST_H_
