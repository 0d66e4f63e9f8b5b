package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.fleet.FleetCommand;
import io.netrun.resilience.spring.fleet.FleetChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of commands that a node knows: of each instance, the latest value of each setting, and the latest of its
 * other actions. They are ordered by the moments in which they were given, and by the numbers of the fleet if these are
 * nearly the same. What a later part has replaced here does not come back. Not thread-safe.
 */
final class KnownCommands {

    /** The most parts that are kept. */
    private static final int MAX_KEPT = 1_000;

    /** By how much two nodes may differ about a moment of the fleet: what its store takes to answer, at least. */
    private static final long CLOCK_TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** By how much this node and the store may differ about the moment of a part of this node: they round it. */
    private static final long STORE_TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** The parts, the oldest first. */
    private final Map<Subject, Known> latest = new LinkedHashMap<>();

    /** The latest parts that were given on this node, the oldest first. */
    private final Map<Subject, FleetChange> givenHere = new LinkedHashMap<>();

    /** When a subject was changed on this node alone, the oldest first. */
    private final Map<Subject, Long> changedHere = new LinkedHashMap<>();

    /**
     * The parts that have been replaced for good, the oldest first. A moment in a view is too late by what the store
     * took to answer, so that such a part could look later than what has replaced it.
     */
    private final Map<FleetChange, Boolean> replaced = new LinkedHashMap<>();

    /** What a part is about; the setting is null for an action. */
    private record Subject(
            String pattern, String name, @Nullable String setting) {

        static Subject of(FleetChange part) {
            String setting = part.settings().isEmpty()
                    ? null
                    : FleetCommand.uniform(part.settings().keySet().iterator().next());
            return new Subject(part.pattern(), part.name(), setting);
        }
    }

    /**
     * A part of a command.
     *
     * @param number the fleet's number; 0 before it is known
     * @param givenAt when it was given; monotonic
     * @param state whether it has been applied on this node
     */
    private record Known(FleetChange part, long number, long givenAt, State state) {

        Known with(State changed) {
            return new Known(part, number, givenAt, changed);
        }

        /**
         * Whether a part that comes from the fleet replaces this one: if it was given later. Between parts that the
         * fleet has numbered, the numbers decide if they were given at nearly the same time, but only then: a store
         * that has lost its data, or has an old copy of them, numbers its commands anew. A part that was given on this
         * node, and is not numbered yet, is on its way to the store, which compares the same two moments.
         */
        boolean isReplacedBy(long otherNumber, long otherGivenAt) {
            long earlier = givenAt - otherGivenAt;
            if (number == 0) {
                return earlier < STORE_TOLERANCE_NANOS;
            }
            boolean atOnce = Math.abs(earlier) <= CLOCK_TOLERANCE_NANOS;
            return atOnce ? otherNumber > number : earlier < 0;
        }
    }

    private enum State {
        APPLIED,
        PENDING,
        /** It was not possible; it is tried again together with the next change of settings. */
        FAILED
    }

    /**
     * A part that comes from the fleet. Times are monotonic, except for the time of arrival.
     *
     * @param lost receives a later part, and when it was given, that the node knows and the fleet does not have any
     *     more
     */
    void take(FleetChange part, long number, long givenAt, ObjLongConsumer<FleetChange> lost) {
        Subject subject = Subject.of(part);
        Known former = latest.get(subject);
        if (former != null && former.part.equals(part)) {
            latest.put(subject, new Known(part, number, former.givenAt, former.state));
        } else if (former == null || (!replaced.containsKey(part) && former.isReplacedBy(number, givenAt))) {
            if (former != null && former.number > 0) {
                keep(replaced, former.part, true); // one without a number may be numbered after this one
            }
            Long here = changedHere.get(subject);
            boolean overruled = here != null && here - givenAt > 0;
            keep(latest, subject, new Known(part, number, givenAt, overruled ? State.APPLIED : State.PENDING));
        } else if (former.number > 0) {
            lost.accept(former.part, former.givenAt);
        }
    }

    /** Passes on the parts that the fleet has numbered, and when they were given, the oldest first. */
    void forEachOfTheFleet(ObjLongConsumer<FleetChange> action) {
        latest.values().stream()
                .filter(each -> each.number > 0)
                .sorted((a, b) -> Long.compare(a.givenAt - b.givenAt, 0)) // as the monotonic times may overflow
                .forEach(each -> action.accept(each.part, each.givenAt));
    }

    /** A part that is given and applied on this node, as one step. */
    void announce(FleetChange part, long now) {
        Subject subject = Subject.of(part);
        Known former = latest.get(subject);
        if (former != null) {
            keep(replaced, former.part, true);
        }
        FleetChange formerHere = givenHere.get(subject);
        if (formerHere != null) {
            keep(replaced, formerHere, true);
        }
        keep(givenHere, subject, part);
        keep(latest, subject, new Known(part, 0, now, State.APPLIED));
    }

    /** A part of a change of this node alone. What has not been applied here yet was given before. */
    void overrule(FleetChange part, long now) {
        Subject subject = Subject.of(part);
        keep(changedHere, subject, now);
        latest.computeIfPresent(subject, (same, present) -> present.with(State.APPLIED));
    }

    /** A part that could not be applied. */
    void failed(FleetChange part) {
        latest.computeIfPresent(
                Subject.of(part),
                (same, present) -> isSameValue(present.part, part) ? present.with(State.FAILED) : present);
    }

    /** Settings that were not possible on an instance are to be tried again: it has others now. */
    void settingsChanged(String pattern, String name) {
        latest.replaceAll((subject, present) ->
                subject.setting != null && isOf(pattern, name, subject) && present.state == State.FAILED
                        ? present.with(State.PENDING)
                        : present);
    }

    /** The changes that are to be applied to an instance, in their order. */
    List<FleetChange> pending(String pattern, String name) {
        List<Known> parts = latest.entrySet().stream()
                .filter(entry -> isOf(pattern, name, entry.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        List<FleetChange> pending = new ArrayList<>();
        if (parts.stream().noneMatch(known -> known.state == State.PENDING)) {
            return pending;
        }
        List<FleetChange> settings = new ArrayList<>();
        for (Known known : parts) {
            if (!known.part.settings().isEmpty() && known.state != State.APPLIED) {
                settings.add(known.part); // also those that failed without the others
            } else if (known.state == State.PENDING) {
                pending.add(known.part);
            }
        }
        if (!settings.isEmpty()) {
            pending.add(joined(settings));
        }
        return pending;
    }

    /** The commands that parts belong to, each as one change, in the order of their numbers. */
    List<FleetChange> byCommand(List<FleetChange> parts) {
        Map<Long, List<FleetChange>> commands = new TreeMap<>();
        for (FleetChange part : parts) {
            Known known = latest.get(Subject.of(part));
            if (known != null && isSameValue(known.part, part)) {
                commands.computeIfAbsent(known.number, number -> new ArrayList<>())
                        .add(known.part);
            }
        }
        return commands.values().stream().map(KnownCommands::joined).toList();
    }

    /** Whether parts are still to be applied, all of them; if so, they count as applied. */
    boolean tryTake(List<FleetChange> parts) {
        boolean due = parts.stream().allMatch(part -> {
            Known known = latest.get(Subject.of(part));
            return known != null && known.state != State.APPLIED && isSameValue(known.part, part);
        });
        if (due) {
            parts.forEach(
                    part -> latest.computeIfPresent(Subject.of(part), (subject, known) -> known.with(State.APPLIED)));
        }
        return due;
    }

    /** Several settings are applied as the change of one operator. */
    private static boolean isSameValue(FleetChange a, FleetChange b) {
        return a.action().equals(b.action()) && a.settings().equals(b.settings());
    }

    private static boolean isOf(String pattern, String name, Subject subject) {
        return subject.pattern.equals(pattern) && subject.name.equals(name);
    }

    /** One change of several settings, since they may be possible only together; it is that of the latest operator. */
    private static FleetChange joined(List<FleetChange> parts) {
        Map<String, @Nullable String> settings = new LinkedHashMap<>();
        parts.forEach(part -> settings.putAll(part.settings()));
        return withSettings(parts.get(parts.size() - 1), settings);
    }

    static FleetChange withSettings(FleetChange change, Map<String, @Nullable String> settings) {
        return new FleetChange(
                change.pattern(), change.name(), change.action(), settings, change.principal(), change.time());
    }

    private static <K, V> void keep(Map<K, V> kept, K key, V value) {
        kept.remove(key);
        kept.put(key, value);
        if (kept.size() > MAX_KEPT) {
            kept.remove(kept.keySet().iterator().next());
        }
    }

    /** The commands as the endpoint shows them, the latest first; what is left of each is one entry. */
    List<Map<String, @Nullable Object>> view() {
        List<Known> commands = new ArrayList<>();
        for (Known known : latest.values()) {
            Known last = commands.isEmpty() ? null : commands.get(commands.size() - 1);
            if (last != null && isSameCommand(last, known)) {
                commands.set(
                        commands.size() - 1,
                        new Known(joined(List.of(last.part, known.part)), known.number, known.givenAt, known.state));
            } else {
                commands.add(known);
            }
        }
        List<Map<String, @Nullable Object>> view = new ArrayList<>();
        commands.forEach(command -> view.add(view(command)));
        Collections.reverse(view);
        return view;
    }

    private static boolean isSameCommand(Known a, Known b) {
        return !a.part.settings().isEmpty()
                && a.number == b.number
                && a.state == b.state
                && withSettings(a.part, Map.of()).equals(withSettings(b.part, Map.of()));
    }

    private static Map<String, @Nullable Object> view(Known known) {
        FleetChange change = known.part;
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("number", known.number == 0 ? null : known.number);
        view.put("pattern", change.pattern());
        view.put("name", change.name());
        view.put("action", change.action());
        view.put("settings", change.settings());
        view.put("principal", change.principal());
        view.put("time", Objects.toString(change.time()));
        view.put("applied", known.state == State.APPLIED);
        return view;
    }
}
