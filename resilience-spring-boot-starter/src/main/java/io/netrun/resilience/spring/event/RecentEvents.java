package io.netrun.resilience.spring.event;

import io.netrun.resilience.FailureText;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceEvent;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * The latest application events of every instance, for operators: a few of each. Keeps their content as plain values,
 * since the failure of an event may reference any object, such as a response. Thread-safe.
 */
public final class RecentEvents {

    private static final int KEPT = 20;
    private static final int MAX_TEXT = 300;

    /** How many of one kind are kept that may come with every call, and how far apart. */
    private static final int KEPT_OF_FREQUENT = 5;

    private static final Duration FREQUENT = Duration.ofSeconds(1);

    /** How many changes by operators are kept, of all instances together. */
    private static final int KEPT_CHANGES = 100;

    /** The states of a circuit between which it changes as long as its trials fail. */
    private static final Set<String> BETWEEN = Set.of("OPEN", "HALF_OPEN");

    private static final String CLOSED = "CLOSED";

    /** A circuit that was closed for less time than this is in the same outage, as on the console. */
    private static final Duration BRIEF = Duration.ofSeconds(5);

    /** A strip of the console shows all trials of a circuit, or none: so many changes of one are kept. */
    public static final int MAX_STATE_CHANGES = 240;

    /** For how long; the strips go back as far. */
    private static final Duration STRIP = Duration.ofMinutes(15);

    private final ConcurrentMap<Policy, List<Kept>> events = new ConcurrentHashMap<>();
    /** The latest first. */
    private final ConcurrentMap<Policy, Deque<Kept>> stateChanges = new ConcurrentHashMap<>();

    private final Deque<OperatorChange> changes = new ArrayDeque<>();

    private record Kept(Class<?> kind, Instant time, Map<String, @Nullable Object> content) {}

    /**
     * The events of an instance, the latest first; a copy. Each has the kind of event as {@code event}, such as
     * {@code stateChanged}, and its components but the name; a failure is a text of its class and message.
     */
    public List<Map<String, @Nullable Object>> of(Policy instance) {
        List<Kept> ofInstance = events.get(instance);
        if (ofInstance == null) {
            return List.of();
        }
        synchronized (ofInstance) {
            return ofInstance.stream().map(Kept::content).toList();
        }
    }

    /**
     * The changes of a circuit's state in the last 15 minutes and the one before, each as an event of {@link #of}, the
     * latest first; a copy. If these are {@link #MAX_STATE_CHANGES}, there may have been more.
     */
    public List<Map<String, @Nullable Object>> stateChanges(Policy instance) {
        Deque<Kept> ofInstance = stateChanges.get(instance);
        if (ofInstance == null) {
            return List.of();
        }
        synchronized (ofInstance) {
            return ofInstance.stream().map(Kept::content).toList();
        }
    }

    /** The latest changes by operators, of all instances, the latest first, and older ones in force; a copy. */
    public List<OperatorChange> operatorChanges() {
        synchronized (changes) {
            return List.copyOf(changes);
        }
    }

    void add(Policy instance, ResilienceEvent event) {
        if (event instanceof OperatorChange change) {
            synchronized (changes) {
                changes.addFirst(change);
                if (changes.size() > KEPT_CHANGES) {
                    removeOldestChange();
                }
            }
        }
        Kept kept = kept(event, event.time());
        List<Kept> ofInstance = events.computeIfAbsent(instance, first -> new ArrayList<>());
        synchronized (ofInstance) {
            if (ofInstance.size() == KEPT) {
                removeOldest(ofInstance);
            }
            ofInstance.add(position(ofInstance, kept), kept);
        }
        if (isStateChange(kept)) {
            addStateChange(stateChanges.computeIfAbsent(instance, first -> new ArrayDeque<>()), kept);
        }
    }

    /** One that is still in force goes last: who has left something behind stays known, and why. */
    private void removeOldestChange() {
        List<OperatorChange> latestFirst = new ArrayList<>(changes);
        for (int i = latestFirst.size() - 1; i > 0; i--) {
            if (isReplaced(latestFirst.get(i), latestFirst.subList(0, i))) {
                latestFirst.remove(i);
                changes.clear();
                changes.addAll(latestFirst);
                return;
            }
        }
        changes.removeLast();
    }

    private static boolean isReplaced(OperatorChange change, List<OperatorChange> later) {
        Set<String> left = new HashSet<>(change.after().keySet());
        for (OperatorChange each : later) {
            if (each.type().equals(change.type()) && each.name().equals(change.name())) {
                left.removeAll(each.after().keySet());
            }
        }
        return left.isEmpty();
    }

    /** The last one before the strip is the state with which it begins. */
    private static void addStateChange(Deque<Kept> latestFirst, Kept kept) {
        synchronized (latestFirst) {
            latestFirst.addFirst(kept);
            Instant beginning = kept.time.minus(STRIP);
            Kept oldest = latestFirst.removeLast();
            while (!latestFirst.isEmpty() && !latestFirst.getLast().time.isAfter(beginning)) {
                oldest = latestFirst.removeLast();
            }
            if (latestFirst.size() < MAX_STATE_CHANGES) {
                latestFirst.addLast(oldest);
            }
        }
    }

    /** Removes the oldest event but the one with which the present outage began: each trial that fails adds two. */
    private static void removeOldest(List<Kept> ofInstance) {
        int oldest = ofInstance.size() - 1;
        int beginning = 0;
        while (beginning < oldest && !isBeginning(ofInstance, beginning)) {
            beginning++;
        }
        ofInstance.remove(beginning == oldest && isBeginning(ofInstance, oldest) ? oldest - 1 : oldest);
    }

    /** Whether an outage begins: a circuit that was closed only briefly before is still in the former one. */
    private static boolean isBeginning(List<Kept> ofInstance, int index) {
        Kept kept = ofInstance.get(index);
        if (!isStateChange(kept)
                || !(kept.content.get("from") instanceof Enum<?> from)
                || BETWEEN.contains(from.name())) {
            return false;
        }
        Kept before = ofInstance.subList(index + 1, ofInstance.size()).stream()
                .filter(RecentEvents::isStateChange)
                .findFirst()
                .orElse(null);
        if (before == null) {
            return true;
        }
        return from.equals(before.content.get("to"))
                && !(from.name().equals(CLOSED) && kept.time.isBefore(before.time.plus(BRIEF)));
    }

    private static boolean isStateChange(Kept kept) {
        return "stateChanged".equals(kept.content.get("event"));
    }

    /** Keeps an event unless the last of its kind is less than a second old; they push out none of another kind. */
    void addIfRare(Policy instance, ResilienceEvent event) {
        addIfRare(instance, event, event.time());
    }

    /** Keeps an event that is about other instances too, in the same way. */
    void addIfRare(Policy instance, Object event, Instant time) {
        Kept kept = kept(event, time);
        List<Kept> ofInstance = events.computeIfAbsent(instance, first -> new ArrayList<>());
        synchronized (ofInstance) {
            List<Kept> ofItsKind = ofInstance.stream()
                    .filter(former -> former.kind == kept.kind)
                    .toList();
            if (!ofItsKind.isEmpty() && kept.time.isBefore(ofItsKind.get(0).time.plus(FREQUENT))) {
                return;
            }
            if (ofItsKind.size() >= KEPT_OF_FREQUENT) {
                ofInstance.remove(ofItsKind.get(ofItsKind.size() - 1));
            } else if (ofInstance.size() == KEPT) {
                removeOldest(ofInstance);
            }
            ofInstance.add(position(ofInstance, kept), kept);
        }
    }

    /**
     * First, but behind the changes that operators have made since: what an action causes is published after the action
     * has been kept.
     */
    private static int position(List<Kept> ofInstance, Kept added) {
        int position = 0;
        while (added.kind != OperatorChange.class
                && position < ofInstance.size()
                && ofInstance.get(position).kind == OperatorChange.class
                && !ofInstance.get(position).time.isBefore(added.time)) {
            position++;
        }
        return position;
    }

    private static Kept kept(Object event, Instant time) {
        return new Kept(event.getClass(), time, contentOf(event));
    }

    void forget(Policy instance) {
        events.remove(instance);
        stateChanges.remove(instance);
    }

    private static Map<String, @Nullable Object> contentOf(Object event) {
        Map<String, @Nullable Object> content = new LinkedHashMap<>();
        content.put("event", StringUtils.uncapitalize(event.getClass().getSimpleName()));
        RecordComponent[] components = event.getClass().getRecordComponents();
        if (components != null) {
            for (RecordComponent component : components) {
                if (!component.getName().equals("name") && !component.getName().equals("type")) {
                    content.put(component.getName(), plain(component, event));
                }
            }
        }
        return Collections.unmodifiableMap(content);
    }

    private static @Nullable Object plain(RecordComponent component, Object event) {
        try {
            Object value = component.getAccessor().invoke(event);
            if (value instanceof Throwable failure) {
                String text = failure.getClass().getSimpleName() + ": " + FailureText.messageOf(failure);
                return text.substring(0, Math.min(text.length(), MAX_TEXT));
            }
            if (value instanceof Map<?, ?> map) {
                return textOf(map);
            }
            return value == null || isPlain(value) ? value : value.toString();
        } catch (ReflectiveOperationException | RuntimeException unreadable) {
            return null;
        }
    }

    private static Map<String, String> textOf(Map<?, ?> map) {
        Map<String, String> text = new LinkedHashMap<>();
        map.forEach((key, value) -> text.put(String.valueOf(key), String.valueOf(value)));
        return text;
    }

    private static boolean isPlain(Object value) {
        return value instanceof Number
                || value instanceof Boolean
                || value instanceof Enum<?>
                || value instanceof Temporal
                || value instanceof TemporalAmount;
    }
}
