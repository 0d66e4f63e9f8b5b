package io.netrun.resilience.spring.actuate;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The states of an instance over time, the worst last; each with its letter in a lane. */
enum LaneState {
    /** No sample: the instance or the process did not exist, or the process was suspended. */
    UNKNOWN(0, '-'),
    /** No call came, so that nothing is known of calls. */
    NO_CALLS(1, 'n'),
    /** Calls pass. */
    CLOSED(2, 'c'),
    /** Calls pass, but take several times as long as before; only names have it, and no instance. */
    SLOWER(3, 's'),
    /** Calls pass, but a few are rejected, or retries are denied. */
    WARNING(4, 'a'),
    /** Calls pass, and at least one in ten fails. */
    FAILING(5, 'w'),
    /** Switched off: calls bypass it. */
    OFF(6, 'x'),
    /** The circuit is disabled by an operator: calls pass and are counted. */
    DISABLED(7, 'd'),
    /** The circuit admits trials. */
    HALF_OPEN(8, 'h'),
    /** Not open, and rejects at least one call in ten. */
    REJECTING(9, 'r'),
    /** The circuit is open, or was within the sample. */
    OPEN(10, 'o'),
    /** The circuit was opened by an operator. */
    FORCED_OPEN(11, 'f');

    /** The letters by rank, which is the order of the constants. */
    private static final String LETTERS =
            Arrays.stream(values()).map(state -> String.valueOf(state.letter)).collect(Collectors.joining());

    private final byte rank;
    private final char letter;

    LaneState(int rank, char letter) {
        this.rank = (byte) rank;
        this.letter = letter;
    }

    /** How it is kept; the worst has the highest. */
    byte rank() {
        return rank;
    }

    String letter() {
        return String.valueOf(letter);
    }

    /** The state of a circuit by its name in JSON, and of a pattern without circuit by its switch. */
    static LaneState of(@Nullable Object circuit, boolean enabled, boolean observing) {
        if (circuit == null) {
            return enabled ? CLOSED : OFF;
        }
        LaneState state = valueOf(circuit.toString().replace('-', '_').toUpperCase(Locale.ROOT));
        return observing && state == OPEN ? CLOSED : state;
    }

    /**
     * A lane as text: the number of samples and the letter of each run, such as {@code 12-160c8o}; the oldest first.
     */
    static String encoded(byte[] ranks) {
        StringBuilder lane = new StringBuilder();
        int from = 0;
        for (int i = 1; i <= ranks.length; i++) {
            if (i == ranks.length || ranks[i] != ranks[from]) {
                lane.append(i - from).append(letter(ranks[from]));
                from = i;
            }
        }
        return lane.toString();
    }

    private static char letter(byte rank) {
        return LETTERS.charAt(rank);
    }
}
