/// Calls a function of CImage with room for its message; nil where it succeeded, else the message.
func reasonOfFailure(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Int32) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
    message.initialize(repeating: 0)
    return call(message.baseAddress, message.count) == 0 ? nil : String(cString: message.baseAddress!)
  }
}
