package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What was known when problems began that still go on, however long ago that was: the samples of fifteen minutes would
 * lose it. Kept while the samples go on, whether anybody reads them or not. Thread-safe.
 */
final class Beginnings {

    /** A problem that began at the same time, to a sample, is the same. */
    private static final Duration SAME = History.EACH;

    private static final Duration KEPT = History.EACH.multipliedBy(History.SAMPLES);

    private final Map<Key, Beginning> known = new ConcurrentHashMap<>();
    private final Map<Policy, Spell> spells = new ConcurrentHashMap<>();

    /**
     * A problem of an instance. One that alternates between states, as an open circuit and its trials do, is one
     * problem.
     */
    private record Key(Policy policy, Finding.Kind kind) {

        static Key of(Finding finding) {
            Finding.Kind kind = finding.kind() == Finding.Kind.HALF_OPEN ? Finding.Kind.OPEN : finding.kind();
            return new Key(finding.cell().policy(), kind);
        }
    }

    /**
     * A problem, as it was known when it began.
     *
     * @param since when it began
     * @param earlier whether it began before that
     * @param before calls and attempts before it
     * @param lost how many calls were lost until then
     * @param lostFrom since when these are counted; null if none was lost
     * @param until the latest sample of which they are
     */
    record Beginning(
            Instant since,
            boolean earlier,
            Comparison before,
            long lost,
            @Nullable Instant lostFrom,
            Instant until) {

        /** With those that were lost since then. */
        Beginning with(long later, Instant last) {
            return new Beginning(since, earlier, before, lost + later, lostFrom == null ? until : lostFrom, last);
        }
    }

    /**
     * A time in which a circuit opens again and again. It goes on until there has been no opening for as long as
     * samples are kept.
     *
     * @param beginning as it was known when it began
     * @param openings how often it opened until then
     * @param counted the latest sample of which these are
     */
    record Spell(Beginning beginning, int openings, Instant counted) {}

    /** Of the problem of a finding; null if it was not known before, or is another one. */
    @Nullable
    Beginning of(Finding finding) {
        if (!finding.isOne()) {
            Spell spell = spell(finding);
            return spell == null ? null : spell.beginning;
        }
        return own(finding);
    }

    /** The same, of a circuit that opens again and again since its latest opening. */
    @Nullable
    Beginning own(Finding finding) {
        Beginning beginning = known.get(Key.of(finding));
        Instant since = finding.since();
        boolean same = beginning != null
                && since != null
                && (finding.earlier()
                        || Duration.between(beginning.since, since).abs().compareTo(SAME) <= 0);
        return same ? beginning : null;
    }

    /** The spell that is known of a circuit; null if none is. */
    @Nullable
    Spell spell(Finding finding) {
        return spells.get(finding.cell().policy());
    }

    /**
     * The finding, with the beginning of its problem.
     *
     * @param last when the latest sample was taken; null if none was
     */
    Finding complete(Finding finding, @Nullable Instant last) {
        Spell spell = finding.isOfOpenings() ? spell(finding) : null;
        if (spell != null && last != null) {
            return finding.within(spell.beginning.since, spell.openings + finding.openedAfter(spell.counted, last));
        }
        Beginning beginning = finding.earlier() ? own(finding) : null;
        return beginning == null ? finding : finding.since(beginning.since, beginning.earlier);
    }

    void put(Finding finding, Beginning beginning) {
        known.put(Key.of(finding), beginning);
    }

    void put(Finding finding, Spell spell) {
        spells.put(finding.cell().policy(), spell);
    }

    /** Forgets spells that are over. */
    void forgetSpells(Predicate<Policy> over) {
        spells.keySet().removeIf(over);
    }

    /** Forgets the problems that have not been there for as long as samples are kept. */
    void forgetUntil(Instant last) {
        known.values().removeIf(beginning -> beginning.until.isBefore(last.minus(KEPT)));
    }

    boolean isEmpty() {
        return known.isEmpty() && spells.isEmpty();
    }
}
