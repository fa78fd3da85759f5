"""Every way to be guilty, and every innocent that looks so, by the families of the rules.

A variant is a row: a name, and a function that draws its pages (`Draw` hands out domains, real articles, texts, anchors).
One more is one more row in its rule's `Trial`.
"""

from trials.variants import content, copies, domains, hack, network, placement, policy, waves, wording

TRIALS = (
    *placement.TRIALS,
    *wording.TRIALS,
    *hack.TRIALS,
    *content.TRIALS,
    *policy.TRIALS,
    *copies.TRIALS,
    *network.TRIALS,
    *domains.TRIALS,
    *waves.TRIALS,
)
"""All trials, in the order in which they are shown."""
