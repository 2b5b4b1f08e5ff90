/// The worst error of each kind, and its place.
struct WorstErrors: CustomStringConvertible {
  private(set) var errors: [String: (error: Double, place: String)] = [:]

  mutating func add(_ kind: String, _ place: String, _ error: Double) {
    if error > errors[kind]?.error ?? -1 || error.isNaN { errors[kind] = (error, place) }
  }

  subscript(kind: String) -> Double { errors[kind]?.error ?? .nan }

  var description: String {
    errors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.error) (\($0.value.place))" }.joined(separator: ", ")
  }
}

/// The norm of the difference, divided by `scale` unless that is 0.
func relativeError(_ found: [Float], _ truth: [Float], scale: Double) -> Double {
  precondition(found.count == truth.count, "\(found.count) values against \(truth.count)")
  let difference = norm(zip(found, truth).map { $0 - $1 })
  return scale > 0 ? difference / scale : difference
}

/// √Σ x².
func norm(_ values: [Float]) -> Double {
  values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
}
