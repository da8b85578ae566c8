// A leader and its hosts in one process, over real gRPC on a loopback address.
#ifndef SM_TESTS_RENDEZVOUS_CLUSTER_H_
#define SM_TESTS_RENDEZVOUS_CLUSTER_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/mutex.h"
#include "rendezvous/client/client.h"
#include "rendezvous/service/service.h"

namespace sm::rendezvous {

// How long a test waits for what must come, before it gives up: no bound on any behaviour.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

inline MonotonicTime In(absl::Duration d) { return SystemClock().Now() + d; }

inline std::vector<std::string> HostNames(int n) {
  std::vector<std::string> hosts;
  for (int i = 1; i <= n; ++i) hosts.push_back(absl::StrCat("algo-", i));
  return hosts;
}

// Keeps the events of one client.
class Events {
 public:
  void Add(ClientEvent event) ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    events_.push_back(std::move(event));
    changed_.NotifyAll();
  }

  // The first event of type T that was not given out before; waits for it.
  template <typename T>
  T Await() ABSL_LOCKS_EXCLUDED(mu_) {
    const MonotonicTime deadline = In(kPatience);
    MutexLock lock(mu_);
    for (size_t next = 0; SystemClock().Now() < deadline;) {
      for (; next < events_.size(); ++next) {
        auto* found = std::get_if<T>(&events_[next]);
        if (found == nullptr) continue;
        T event = std::move(*found);
        events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(next));
        return event;
      }
      changed_.WaitUntil(mu_, deadline);
    }
    ADD_FAILURE() << "an event did not come; those that came: " << Kinds();
    return {};
  }

  template <typename T>
  bool Saw() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    for (const ClientEvent& event : events_) {
      if (std::holds_alternative<T>(event)) return true;
    }
    return false;
  }

 private:
  std::string Kinds() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    std::string kinds;
    for (const ClientEvent& event : events_) absl::StrAppend(&kinds, event.index(), " ");
    return kinds;
  }

  Mutex mu_;
  CondVar changed_;
  std::vector<ClientEvent> events_ ABSL_GUARDED_BY(mu_);
};

// One host: a client and what it heard.
struct TestHost {
  std::shared_ptr<Events> events = std::make_shared<Events>();
  std::unique_ptr<Client> client;
};

class Cluster {
 public:
  explicit Cluster(int hosts, std::string address = "127.0.0.1") : address_(std::move(address)) {
    service_options.bind_address = address_;
    service_options.port = 0;
    service_options.hosts = HostNames(hosts);
    service_options.deadline = In(kPatience);
    service_options.master_address = address_;
    service_options.master_port = 29500;
    service_options.run_id = 42;
  }

  void StartService() {
    absl::StatusOr<std::unique_ptr<Service>> started = Service::Start(service_options);
    ASSERT_TRUE(started.ok()) << started.status();
    service = *std::move(started);
    service_options.port = service->port();
  }

  Client::Options ClientOptions(const std::string& host) const {
    Client::Options options;
    options.leader_host = address_;
    options.leader_port = service_options.port;
    options.hosts = service_options.hosts;
    options.hello.host = host;
    options.hello.version = "test";
    options.hello.address = address_;
    options.deadline = In(kPatience);
    return options;
  }

  TestHost Join(Client::Options options) const {
    TestHost host;
    host.client = Client::Start(
        std::move(options), [events = host.events](ClientEvent e) { events->Add(std::move(e)); });
    return host;
  }
  TestHost Join(const std::string& host) const { return Join(ClientOptions(host)); }

  // Every host of the list, in its order.
  std::vector<TestHost> JoinAll() const {
    std::vector<TestHost> hosts;
    for (const std::string& host : service_options.hosts) hosts.push_back(Join(host));
    return hosts;
  }

  Service::Options service_options;
  std::unique_ptr<Service> service;

 private:
  const std::string address_;
};

}  // namespace sm::rendezvous

#endif  // SM_TESTS_RENDEZVOUS_CLUSTER_H_
