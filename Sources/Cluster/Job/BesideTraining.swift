import Glibc
import Numerics

/// Runs `body` on a new thread with all signals blocked: the main thread handles them. Ends the program if the system
/// refuses a thread, whose result would be awaited forever.
package func besideTraining(_ body: @escaping @Sendable () -> Void) {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setstacksize(&attributes, 1 << 19)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  let work = Unmanaged.passRetained(Work(body: body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, &attributes,
    { argument in
      let work = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
      var all = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_BLOCK, &all, nil)
      work.body()
      return nil
    }, work.toOpaque())
  if code != 0 { Shortage.end("no thread beside training: \(String(cString: strerror(code)))") }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void

  init(body: @escaping @Sendable () -> Void) { self.body = body }
}
