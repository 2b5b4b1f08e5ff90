import Foundation

package func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

package func percent(_ share: Double) -> String { decimal(100 * share, 1) + " %" }
