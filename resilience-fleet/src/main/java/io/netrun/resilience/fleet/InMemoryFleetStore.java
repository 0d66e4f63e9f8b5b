package io.netrun.resilience.fleet;

import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A store in the memory of one process, for tests and simulations of a fleet. It answers exactly as the store on Redis
 * does. Thread-safe.
 */
public final class InMemoryFleetStore implements FleetStore {

    /*
     * Implementation
     * ==============
     *
     * Time is the store's own, in whole milliseconds. Durations of a report are cut to milliseconds. Every number is a
     * whole one below 2^53. "The row" is that of the reporting node; "live" are rows whose expiresAt is after now.
     *
     * Limits, one key for each pattern and name
     * -----------------------------------------
     *  key     epoch, computedAt, limit, free, keyUntil; risen: whether shares do not contain a demand that has risen
     *  row     limit, wants, allowance, has, inUse, number, expiresAt (reported); share (computed); grant (last given);
     *          since: when it began to have a grant above 0, to wait for one (grant 0, wants above 0), or neither;
     *          left: whether the node has left, and only its calls in use are counted
     *  counted max(has, grant, inUse): a grant counts although its reply may be lost, and what a node has or uses
     *          counts until it reports less
     *
     *  1. A key that does not exist, or whose keyUntil is not after now, begins: epoch = now, no rows.
     *  2. A report whose number is not above the row's is stale. It is answered from the row and changes nothing.
     *  3. A leaving node: free += share, and the grant is 0. Its row is removed if it reports no call in use, or if the
     *     key has just begun. Otherwise the row is left: inUse, number, expiresAt and keyUntil are taken over as in 4,
     *     since = now, and all else is 0. Rows that are left have no part in 5, but count in 6, and among the rows of 7.
     *     The node reports again that it leaves as its calls end.
     *  4. Otherwise the row takes over the report; expiresAt = now + lease, keyUntil >= now + 2 * lease. If the row is
     *     new and the number is 1, has is 0: the node waits for its first view.
     *  5. If the row is new or was left, its limit has changed, or they are due: rows that are not live are
     *     removed, limit = the smallest limit of all rows, share = FairShares, free = limit - all shares,
     *     computedAt = now. Otherwise a node that wants more than its share takes what it lacks from free, as far as
     *     that goes. If it still lacks something, and its wants have risen by half or more, risen = true, until the
     *     shares are computed. They are due an interval after computedAt, or a quarter of it if risen.
     *     Ranks for FairShares: 0 with a grant for less than three intervals; 1 + since while it waits; 10^15 - since
     *     otherwise. So a unit that is too few for all who want it goes from one to the next who has waited longest.
     *  6. grant = max(0, min(share, limit - sum of counted over all other rows)).
     *  7. While the key is young it does not know all nodes. Younger than two intervals: grant <= the reported has.
     *     Younger than a lease: grant <= max(reported has, limit / max(rows, expected nodes), rounded down).
     *
     *  Invariant: the sum of counted is not above the limit, unless a limit was lowered, or a node reports that it has
     *  what it was not granted, because its lease was over or the store has lost its data.
     *
     * Circuits, one key for each name
     * -------------------------------
     *  key     open, holder, lentAt, keyUntil; reset, resetAt: the last command that has reset it, and when it came;
     *          openVotes: the votes when it was opened; votedAt: the latest now - waited of a vote
     *  row     state, due, opening, number, expiresAt, calledUntil, voteUntil, voided
     *
     *  1. As above; then rows that are not live are removed.
     *  2. As above. 3. A leaving node's row is removed.
     *  4. If the row is new, the votes of rows whose names equal its own, but for the last 17 characters, end.
     *     calledUntil = now + 10 s if called. A node that has not applied the reset, which is kept for seven days:
     *     voided = opening. voteUntil = now + min(vote - waited, two intervals) if opening > voided and the
     *     report has waited for less than an interval; otherwise there is no vote.
     *  5. The holder of the trials reports
     *      CLOSED: the fleet's circuit closes; nobody holds the trials; every row's voided = opening, and its vote
     *      ends.
     *      OPEN and not due: its trials have failed; nobody holds them.
     *      OPEN and due, two intervals after they were lent: they are taken back, and not lent to it with this reply.
     *     A holder whose row is gone holds nothing.
     *  6. votes = rows whose voteUntil is after now; voters = those and the rows whose calledUntil is after now.
     *     Not open, mode QUORUM, votes >= max(2, quorum * voters, rounded up): it opens; lentAt = none.
     *     Open, no votes, and no row OPEN or HALF_OPEN: it closes; nobody holds the trials.
     *  7. Open, nobody holds the trials, mode QUORUM, OPEN and due, calledUntil after now, and an interval has gone
     *     since lentAt: they are lent to the node; lentAt = now.
     *  A new command that resets the circuit: it closes; nobody holds the trials; every row's voided = opening, and its
     *  vote ends. The key begins if it does not exist.
     *
     * Commands and nodes
     * ------------------
     *  A node is live until now + lease; a leaving one is not. At most 1,000 are named, in the order of their names. A
     *  report whose number is not above that of the live node is stale: it changes neither node nor commands.
     *  A report has waited = now - sentAt; 0 without sentAt.
     *  The mark is the number of the latest command and the time when it was taken: a number alone may be given
     *  twice, before and after a loss of data. The numbers begin when the first command is taken, without a mark. A
     *  node whose mark is another one, and whose number is not below that of the store's mark or whose time is in
     *  the future, shows that data were lost: the numbers begin anew now, and the time of the store's mark is now. A
     *  node with a number above 0 and a time before they began knows commands from before. So does one whose number is
     *  one of the last 1,000, and was taken at another time: an old copy of the data has given it again. The view of
     *  each of these nodes reports the loss. If its number n is not below, n is added to the number of the mark and to those of all
     *  parts; but not for a node from before if there are no parts. For the rest of the exchange, the node's mark is
     *  none, and its last command is 0 for the circuits if there are parts.
     *  A command consists of parts: one for each setting that it changes, or one for its action, which it shares with
     *  all other actions of the instance but settings. givenAt = now - waited - age. A part replaces the present one of
     *  the same pattern, name and subject unless that equals it but for number and age (the reply to it was lost), or is
     *  younger (it has come late). The parts that do so get the next number, which is the same for all. Parts are kept
     *  for seven days. A view has the parts whose number is above that of the node's mark, or that were not taken before
     *  its time, joined by their numbers; none if the marks are the same.
     *  Commands are taken over before the circuits.
     */

    private static final int MAX_NODES = 1_000;
    private static final int NUMBERS_KEPT = 1_000;
    static final long COMMAND_MILLIS = TimeUnit.DAYS.toMillis(7);

    private final Ticker ticker;
    private final long origin;
    private final Map<String, StoredLimit> limits = new HashMap<>();
    private final Map<String, StoredCircuit> circuits = new HashMap<>();
    private final Map<String, StoredCommand> commands = new HashMap<>();
    private final TreeMap<String, StoredNode> nodes = new TreeMap<>();
    private CommandMark lastCommand = CommandMark.NONE;

    /** When the numbers of the commands began. A mark from before has a number that meant another command. */
    private long beganAt;

    /** When the last numbers were taken. */
    private final Map<Long, Long> takenAt = new HashMap<>();

    /** Creates an empty store in real time. */
    public InMemoryFleetStore() {
        this(Ticker.system());
    }

    /** Creates an empty store that measures time with a ticker. */
    public InMemoryFleetStore(Ticker ticker) {
        this.ticker = ticker;
        this.origin = ticker.nanoTime();
    }

    @Override
    public synchronized FleetView exchange(NodeReport report) {
        long now = now();
        CommandMark known = report.lastCommand();
        long appliedCommand = known.number();
        boolean lost = false;
        if (tryTakeNode(report, now)) {
            lost = !isFollowed(known, now);
            if (lost) {
                noteLoss(known, now);
                known = CommandMark.NONE;
                appliedCommand = commands.isEmpty() ? appliedCommand : 0;
            }
            report.commands().forEach(command -> store(command, report, now));
        }
        List<LimitView> limitViews = new ArrayList<>(report.limits().size());
        for (LimitReport limit : report.limits()) {
            limitViews.add(limits.computeIfAbsent(limit.pattern() + ' ' + limit.name(), key -> new StoredLimit())
                    .exchange(report, limit, now));
        }
        List<CircuitView> circuitViews = new ArrayList<>(report.circuits().size());
        for (CircuitReport circuit : report.circuits()) {
            circuitViews.add(circuits.computeIfAbsent(circuit.name(), key -> new StoredCircuit())
                    .exchange(report, circuit, appliedCommand, now));
        }
        return new FleetView(
                report.number(),
                now,
                liveNodes(now),
                limitViews,
                circuitViews,
                commandsSince(known, now),
                lastCommand,
                lost);
    }

    /** Forgets everything, as a store that has lost its data. */
    public synchronized void clear() {
        limits.clear();
        circuits.clear();
        commands.clear();
        takenAt.clear();
        nodes.clear();
        lastCommand = CommandMark.NONE;
        beganAt = 0;
    }

    /** Returns the sum that is counted for a limit, and its limit; zeros if there is none. */
    synchronized long[] counted(String pattern, String name) {
        StoredLimit limit = limits.get(pattern + ' ' + name);
        return limit == null ? new long[2] : new long[] {limit.counted(now()), limit.limit()};
    }

    private long now() {
        return 1 + TimeUnit.NANOSECONDS.toMillis(ticker.nanoTime() - origin);
    }

    /** Takes over a report, unless it is stale. */
    private boolean tryTakeNode(NodeReport report, long now) {
        nodes.values().removeIf(node -> node.expiresAt <= now);
        StoredNode present = nodes.get(report.node());
        if (present != null && report.number() <= present.number) {
            return false;
        }
        if (report.leaving()) {
            nodes.remove(report.node());
        } else {
            nodes.put(
                    report.node(),
                    new StoredNode(report.number(), now + report.lease().toMillis()));
        }
        return true;
    }

    private List<String> liveNodes(long now) {
        nodes.values().removeIf(node -> node.expiresAt <= now);
        return nodes.keySet().stream().limit(MAX_NODES).toList();
    }

    /** Returns whether the node knows the commands of this store alone, up to one of them. */
    private boolean isFollowed(CommandMark known, long now) {
        return known.equals(lastCommand)
                || (known.number() < lastCommand.number() && known.takenAt() <= now && !isFromBefore(known));
    }

    private boolean isFromBefore(CommandMark known) {
        Long taken = takenAt.get(known.number());
        return known.number() > 0 && (known.takenAt() < beganAt || (taken != null && taken != known.takenAt()));
    }

    /** After lost data, the numbers go on from those that the node knows. */
    private void noteLoss(CommandMark known, long now) {
        boolean noted = isFromBefore(known);
        if (!noted) {
            beganAt = now;
        }
        long last = lastCommand.number();
        if (known.number() >= last && !(noted && commands.isEmpty())) {
            last = renumberAfter(known.number());
        }
        lastCommand = new CommandMark(last, noted ? lastCommand.takenAt() : now);
    }

    /** Gives the parts the next numbers, in their order. Returns the last one. */
    private long renumberAfter(long number) {
        Map<Long, Long> next = new HashMap<>();
        for (StoredCommand stored : commands.values().stream()
                .sorted(Comparator.comparingLong(stored -> stored.command.number()))
                .toList()) {
            next.computeIfAbsent(stored.command.number(), former -> number + 1 + next.size());
        }
        commands.replaceAll((key, stored) -> new StoredCommand(
                stored.command.withNumber(Objects.requireNonNull(next.get(stored.command.number()))),
                stored.givenAt,
                stored.takenAt));
        takenAt.clear();
        return number + next.size();
    }

    private void store(FleetCommand command, NodeReport report, long now) {
        long givenAt = now - report.waitedMillis(now) - command.age().toMillis();
        long number = lastCommand.number() + 1;
        for (FleetCommand part : command.parts()) {
            String key = part.pattern() + ' ' + part.name() + ' ' + part.subject();
            StoredCommand present = commands.get(key);
            if (present != null
                    && now - present.givenAt < COMMAND_MILLIS
                    && (present.givenAt > givenAt || present.command.isSame(part))) {
                continue;
            }
            beganAt = lastCommand.number() == 0 ? now : beganAt;
            lastCommand = new CommandMark(number, now);
            takenAt.put(number, now);
            takenAt.remove(number - NUMBERS_KEPT);
            commands.put(key, new StoredCommand(part.withNumber(number), givenAt, now));
            if (part.isReset()) {
                circuits.computeIfAbsent(part.name(), absent -> new StoredCircuit())
                        .reset(number, report.lease().toMillis(), now);
            }
        }
    }

    private List<FleetCommand> commandsSince(CommandMark known, long now) {
        if (known.equals(lastCommand)) {
            return List.of();
        }
        commands.values().removeIf(stored -> now - stored.givenAt >= COMMAND_MILLIS);
        return FleetCommand.joined(commands.values().stream()
                .filter(stored -> stored.command.number() > known.number() || stored.takenAt >= known.takenAt())
                .map(stored -> stored.command.withAge(Duration.ofMillis(now - stored.givenAt)))
                .toList());
    }

    private record StoredNode(long number, long expiresAt) {}

    private record StoredCommand(FleetCommand command, long givenAt, long takenAt) {}
}
