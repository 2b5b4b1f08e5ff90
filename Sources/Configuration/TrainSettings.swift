import GAN

/// Batch, updates and length of the training.
package struct TrainSettings: Hashable, Sendable {
  package var batch = 128
  package var shards = CountSetting.automatic
  /// The run ends at whichever comes first; at least one is set.
  package var steps: Int?
  package var epochs: Int?
  package var rules = StepRules()

  /// Shards of a batch on `ranks` ranks.
  package func shardCount(ranks: Int) -> Int {
    switch shards {
    case .automatic: Self.automaticShards(batch: batch, ranks: ranks)
    case .fixed(let count): count
    }
  }

  /// The meaning of `shards: auto`: min(max(8, ranks), batch).
  package static func automaticShards(batch: Int, ranks: Int) -> Int { min(max(8, ranks), batch) }
}

extension TrainSettings {
  /// The keys of `train`.
  mutating func declare(_ keys: any SettingKeys) {
    keys.value("batch", &batch, .whole(1...1_048_576), "Images per batch, over all ranks.")
    keys.value(
      "shards", &shards, .automaticOr(1...1_048_576),
      "Parts of a batch; they determine the order of sums. auto is min(max(8, ranks), batch).")
    keys.value("steps", &steps, .orNull(.whole(1...Int.max)), .free, "Steps after which the run ends.")
    keys.value(
      "epochs", &epochs, .orNull(.whole(1...Int.max)), .free, "Epochs after which the run ends, if that is earlier.")
    keys.group("loss", "Losses of D and G.") { rules.loss.declare($0) }
    keys.group("optimizer", "Optimizers of both networks.") { keys in
      keys.group("generator") { rules.generator.declare($0) }
      keys.group("discriminator") { rules.discriminator.declare($0) }
    }
    keys.value("noise", &rules.noise, .choice, "Whether G's update reuses the fakes of D's update or makes fresh ones.")
    keys.group("updates", "Updates of each network per step.") { keys in
      keys.value(
        "discriminator", &rules.updates.discriminator, .whole(1...1000),
        "Updates of D per step; each has its own real images.")
      keys.value(
        "generator", &rules.updates.generator, .whole(1...1000), "Updates of G per step; each has its own latents.")
    }
    keys.value(
      "generatorStatistics", &rules.generatorStatistics, .choice,
      "If fakes are reused: whether G's running statistics are updated once per step, or for each network's update.")
    keys.value(
      "inputNoise", &rules.inputNoise, .number(.nonNegative),
      "Standard deviation of the normal noise added to D's input.")
    keys.group("differentiableAugmentation", "Random changes of what D sees, real images and fakes alike.") { keys in
      keys.value(
        "operations", &rules.augmentation.groups, .subset(noun: "an operation") { $0.rawValue },
        "color is brightness, saturation and contrast; translation by up to an eighth of a side; cutout of half a side."
      )
      keys.value(
        "probability", &rules.augmentation.probability, .number(.fraction), "Of each operation on each image.")
    }
    keys.check { check($0) }
  }

  private func check(_ section: SettingSection) {
    if rules.noise == .reuse, rules.updates != .oneEach {
      section.report(
        "noise",
        "found reuse beside \(rules.updates.discriminator) and \(rules.updates.generator) updates, expected fresh: only where each "
          + "network is updated once can G learn from D's fakes.")
    }
    if rules.noise == .fresh, rules.generatorStatistics == .eachUpdate {
      section.report(
        "generatorStatistics", "found eachUpdate beside noise: fresh, expected once: G makes fakes for each update.")
    }
    if section.isGroup, section.present("steps") == nil, section.present("epochs") == nil {
      section.report("steps", "found neither steps nor epochs, expected one at least. Add train.epochs, for example.")
    }
  }
}
