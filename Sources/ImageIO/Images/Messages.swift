/// Calls a function of CImage with a buffer for its message; nil if it returns true, else the message.
func reasonOfFailure(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Bool) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
    message.initialize(repeating: 0)
    return call(message.baseAddress, message.count) ? nil : String(cString: message.baseAddress!)
  }
}

extension String {
  /// For a message: control characters, which could move a terminal's cursor, are replaced by their numbers.
  package func escapingControls(except kept: Unicode.Scalar? = nil) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
      (scalar.value < 32 || 127..<160 ~= scalar.value) && scalar != kept
    }
    guard unicodeScalars.contains(where: isControl) else { return self }
    return unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
  }
}
