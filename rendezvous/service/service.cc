#include "rendezvous/service/service.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <deque>
#include <set>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/mutex.h"
#include "bootstrap/base/status_macros.h"
#include "rendezvous/core/coordinator.h"
#include "rendezvous/service/attendance.h"
#include "rendezvous/service/listen_probe.h"
#include "rendezvous/wire/address.h"
#include "rendezvous/wire/channel_args.h"
#include "rendezvous/wire/codec.h"
#include "rendezvous/wire/limits.h"
#include "rendezvous/wire/quick_locks.h"
#include "sm/rendezvous/v1/rendezvous.grpc.pb.h"

namespace sm::rendezvous {
namespace {

Coordinator::Options CoordinatorOptions(Service::Options options) {
  Coordinator::Options core;
  core.hosts = std::move(options.hosts);
  core.deadline = options.deadline;
  core.settle_timeout = options.settle_timeout;
  core.master_address = std::move(options.master_address);
  core.master_port = options.master_port;
  core.run_id = options.run_id;
  return core;
}

void Write(const Note& note) {
  std::string line = absl::StrCat("rendezvous: ", note.text);
  switch (note.weight) {
    case Note::Weight::kDetail:
      return log::Debug(line);
    case Note::Weight::kNormal:
      return log::Info(line);
    case Note::Weight::kWarning:
      return log::Warning(line);
  }
}

using RawService =
    v1::Rendezvous::WithRawCallbackMethod_Attend<v1::Rendezvous::Service>;  // sees bytes

class ServiceImpl final : public Service, private RawService, private AttendanceListener {
 public:
  explicit ServiceImpl(Options options)
      : clock_(*options.clock), core_(CoordinatorOptions(std::move(options)), clock_.Now()) {}
  ~ServiceImpl() override;

  absl::Status Listen(const std::string& address, int port);

  int port() const override { return port_; }
  void Drain(MonotonicTime deadline) override ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // A decision whose receivers have been looked up.
  struct Delivery {
    struct Letter {
      std::vector<std::shared_ptr<Attendance>> to;
      LeaderMessage message;
      bool last = false;
    };
    std::vector<Letter> letters;
    std::vector<Note> notes;
  };

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Attend(
      grpc::CallbackServerContext* context) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnMessage(AttendeeId id, const grpc::ByteBuffer& bytes) override;
  void OnLeft(AttendeeId id) override { Tell(Left{id}); }
  void OnDone(AttendeeId id) override ABSL_LOCKS_EXCLUDED(mu_);

  void Tell(Event event) ABSL_LOCKS_EXCLUDED(mu_);
  void RunTicker() ABSL_LOCKS_EXCLUDED(mu_);
  void Post(Decision decision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DeliverPosted() ABSL_LOCKS_EXCLUDED(mu_);
  static void Deliver(const Delivery& delivery);

  const Clock& clock_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::thread ticker_;

  Mutex mu_;
  CondVar changed_;  // the next deadline, the end of a stream, or `stopping_`
  Coordinator core_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  AttendeeId next_id_ ABSL_GUARDED_BY(mu_) = 1;
  absl::flat_hash_map<AttendeeId, std::shared_ptr<Attendance>> streams_ ABSL_GUARDED_BY(mu_);
  // Decisions in the order in which they were taken. One thread at a time delivers them, so that
  // every host hears them in that order.
  std::deque<Delivery> posted_ ABSL_GUARDED_BY(mu_);
  bool delivering_ ABSL_GUARDED_BY(mu_) = false;
};

absl::Status ServiceImpl::Listen(const std::string& address, int port) {
  SM_RETURN_IF_ERROR(CanListenOn(address, port));
  std::string where = HostPort(address, port);
  grpc::ServerBuilder builder;
  ConfigureServer(builder);
  builder.AddListeningPort(where, grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(static_cast<RawService*>(this));
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on ", where, ": gRPC could not start its server"));
  }
  ticker_ = std::thread([this] { RunTicker(); });
  return absl::OkStatus();
}

ServiceImpl::~ServiceImpl() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (ticker_.joinable()) ticker_.join();
  if (server_ == nullptr) return;
  server_->Shutdown(gpr_now(GPR_CLOCK_MONOTONIC));  // now: what still stands is cut
  server_->Wait();
  MutexLock lock(mu_);
  while (!streams_.empty() || delivering_) {
    changed_.WaitUntil(mu_, MonotonicTime::InfiniteFuture());
  }
}

void ServiceImpl::Drain(MonotonicTime deadline) {
  MutexLock lock(mu_);
  while (!streams_.empty() && clock_.Now() < deadline) changed_.WaitUntil(mu_, deadline);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ServiceImpl::Attend(
    grpc::CallbackServerContext* context) {
  std::shared_ptr<Attendance> attendance;
  AttendanceListener& listener = *this;
  {
    MutexLock lock(mu_);
    attendance = std::make_shared<Attendance>(next_id_++, *context, listener);
    streams_.emplace(attendance->id(), attendance);
  }
  Tell(Opened{attendance->id(), PeerHostPort(context->peer())});
  attendance->Begin();
  return attendance.get();
}

void ServiceImpl::OnMessage(AttendeeId id, const grpc::ByteBuffer& bytes) {
  absl::StatusOr<HostMessage> message = DecodeHostMessage(bytes);
  if (message.ok()) {
    Tell(Said{id, *std::move(message)});
  } else {
    Tell(Garbled{id, absl::StrCat(message.status().message())});
  }
}

void ServiceImpl::OnDone(AttendeeId id) {
  MutexLock lock(mu_);
  streams_.erase(id);
  if (streams_.empty()) changed_.NotifyAll();
}

void ServiceImpl::Tell(Event event) {
  {
    MutexLock lock(mu_);
    if (stopping_) return;  // the job is over: streams that we cut ourselves mean nothing
    MonotonicTime before = core_.NextDeadline();
    Post(core_.Handle(std::move(event), clock_.Now()));
    if (core_.NextDeadline() < before) changed_.NotifyAll();
  }
  DeliverPosted();
}

void ServiceImpl::RunTicker() {
  while (true) {
    {
      MutexLock lock(mu_);
      while (!stopping_ && clock_.Now() < core_.NextDeadline()) {
        changed_.WaitUntil(mu_, core_.NextDeadline());
      }
      if (stopping_) return;
      Post(core_.Tick(clock_.Now()));
    }
    DeliverPosted();
  }
}

void ServiceImpl::Post(Decision decision) {
  if (decision.outgoing.empty() && decision.notes.empty()) return;
  Delivery delivery;
  delivery.notes = std::move(decision.notes);
  for (Outgoing& outgoing : decision.outgoing) {
    Delivery::Letter letter{{}, std::move(outgoing.message), outgoing.last};
    letter.to.reserve(outgoing.to.size());
    for (AttendeeId id : outgoing.to) {
      if (auto it = streams_.find(id); it != streams_.end()) letter.to.push_back(it->second);
    }
    delivery.letters.push_back(std::move(letter));
  }
  posted_.push_back(std::move(delivery));
}

void ServiceImpl::DeliverPosted() {
  MutexLock lock(mu_);
  if (delivering_) return;  // that thread delivers ours too
  delivering_ = true;
  while (!posted_.empty()) {
    Delivery delivery = std::move(posted_.front());
    posted_.pop_front();
    mu_.Unlock();
    Deliver(delivery);
    delivery = {};
    mu_.Lock();
  }
  delivering_ = false;
  if (stopping_) changed_.NotifyAll();
}

void ServiceImpl::Deliver(const Delivery& delivery) {
  for (const Note& note : delivery.notes) Write(note);
  for (const Delivery::Letter& letter : delivery.letters) {
    grpc::ByteBuffer bytes = Encode(letter.message);
    for (const std::shared_ptr<Attendance>& attendance : letter.to) {
      attendance->Send(bytes, letter.last);
    }
  }
}

absl::Status Check(const std::vector<std::string>& hosts) {
  if (hosts.empty()) return absl::InvalidArgumentError("the rendezvous needs at least one host");
  std::set<absl::string_view> seen;
  for (const std::string& host : hosts) {
    if (!seen.insert(host).second) {
      return absl::InvalidArgumentError(absl::StrCat("host \"", host, "\" is listed twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Service>> Service::Start(Options options) {
  SM_RETURN_IF_ERROR(Check(options.hosts));
  StopDeadlockDetection();
  std::string address = options.bind_address;
  int port = options.port;
  auto service = std::make_unique<ServiceImpl>(std::move(options));
  SM_RETURN_IF_ERROR(service->Listen(address, port));
  return service;
}

}  // namespace sm::rendezvous
