#include "rendezvous/client/client.h"

#include <utility>

#include "absl/random/random.h"
#include "bootstrap/base/mutex.h"
#include "rendezvous/client/session.h"
#include "rendezvous/client/worker.h"
#include "rendezvous/wire/quick_locks.h"

namespace sm::rendezvous {
namespace {

// Hands everything over to the worker.
class ClientImpl final : public Client {
 public:
  ClientImpl(const Options& options, EventSink sink)
      : worker_(options.worker), session_(std::make_shared<Session>(options, std::move(sink))) {
    worker_->Post([session = session_] { session->Begin(); });
  }
  ~ClientImpl() override ABSL_LOCKS_EXCLUDED(mu_);

  void Send(HostMessage message) override {
    worker_->Post([session = session_, message = std::move(message)] { session->Send(message); });
  }

 private:
  const std::shared_ptr<Worker> worker_;
  const std::shared_ptr<Session> session_;

  Mutex mu_;
  CondVar changed_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

ClientImpl::~ClientImpl() {
  worker_->Post([this] {
    session_->Close([this] {
      MutexLock lock(mu_);
      closed_ = true;
      changed_.NotifyAll();
    });
  });
  MutexLock lock(mu_);
  while (!closed_) changed_.WaitUntil(mu_, MonotonicTime::InfiniteFuture());
}

}  // namespace

std::unique_ptr<Client> Client::Start(Options options, EventSink sink) {
  StopDeadlockDetection();
  if (options.worker == nullptr) options.worker = std::make_shared<Worker>(*options.clock);
  absl::BitGen random;
  while (options.hello.incarnation == 0) options.hello.incarnation = random();
  return std::make_unique<ClientImpl>(options, std::move(sink));
}

}  // namespace sm::rendezvous
