/// Calls a function of CImage with room for its message; nil where it returns true, else the message.
func reasonOfFailure(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Bool) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
    message.initialize(repeating: 0)
    return call(message.baseAddress, message.count) ? nil : String(cString: message.baseAddress!)
  }
}
