import Configuration
import Files
import Reporting

extension EpochSchedule {
  /// The length of a run, in one line.
  package func summary(heldOut: Int) -> String {
    let aside = heldOut > 0 ? " and \(heldOut) held out" : ""
    return "\(quantity(deal.images, "image"))\(aside), \(quantity(batchesPerEpoch, "batch", plural: "batches")) of "
      + "\(plan.batch) an epoch, \(quantity(totalSteps, "step"))"
  }

  /// An interval in steps.
  package func steps(in interval: Interval) -> Int {
    switch interval {
    case .steps(let count): count
    case .epochs(let count): count * batchesPerEpoch / batchesPerStep
    }
  }

  /// Whether an action at this interval is due after `done` steps.
  package func isDue(_ interval: Interval, after done: Int) -> Bool { done % max(1, steps(in: interval)) == 0 }
}
