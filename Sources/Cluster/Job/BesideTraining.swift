import Foundation
import Glibc

/// Runs `body` on a new thread with all signals blocked: the main thread handles them.
package func besideTraining(_ body: @escaping @Sendable () -> Void) {
  let thread = Thread {
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    body()
  }
  thread.stackSize = 1 << 19
  thread.start()
}
