package io.netrun.resilience.spring.mapping;

import io.netrun.resilience.spring.mapping.MappingTable.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Translates the settings of one block. One use for each block; not thread-safe. */
public final class BlockTranslator {

    /** How the reason begins for a value that cannot be read. */
    public static final String UNREADABLE = "The value cannot be read";

    private static final String TIMEOUT = "java.util.concurrent.TimeoutException";

    private final String section;

    private final Map<String, Setting> settings;

    private final Effective effective;

    private final boolean keepBehaviour;

    private final Map<String, Moved> moved = new LinkedHashMap<>();

    private final List<Left> left = new ArrayList<>();

    /**
     * @param section the section of resilience4j, in uniform spelling
     * @param settings the settings of the block
     * @param effective looks up a setting that another block may have
     * @param keepBehaviour whether what differs without a setting is written out
     */
    BlockTranslator(String section, Map<String, Setting> settings, Effective effective, boolean keepBehaviour) {
        this.section = section;
        this.settings = settings;
        this.effective = effective;
        this.keepBehaviour = keepBehaviour;
    }

    /** The settings here, by name, in their order. */
    public Map<String, Moved> translate() {
        for (Map.Entry<String, Setting> setting : settings.entrySet()) {
            Row row = MappingTable.get()
                    .settings(section)
                    .filter(candidate -> Names.uniform(candidate.there().name()).equals(setting.getKey()))
                    .findFirst()
                    .orElse(null);
            if (row == null) {
                left(setting.getValue(), "This library has no such setting.");
            } else {
                translate(setting.getKey(), setting.getValue(), row);
            }
        }
        addImplied();
        return moved;
    }

    /** What was left. */
    public List<Left> left() {
        return left;
    }

    private void translate(String name, Setting setting, Row row) {
        String text = setting.value().text();
        boolean word = !row.words().isEmpty() && !row.words().containsKey("true");
        boolean translated = word && !row.here().name().isEmpty(); // its other words have a reason of their own
        if (!translated && !Values.isReadable(row, text)) {
            unreadable(setting, row);
            return;
        }
        if (name.equals("baseconfig")) {
            return; // its settings are written out
        }
        switch (section + "." + name) {
            case "circuitbreaker.slidingwindowsize" -> putWindow(setting, text);
            case "circuitbreaker.minimumnumberofcalls" -> put(setting, row, minimum(text));
            case "circuitbreaker.maxwaitdurationinhalfopenstate" -> putHalfOpen(setting, row);
            case "circuitbreaker.exponentialbackoffmultiplier",
                    "circuitbreaker.exponentialmaxwaitdurationinopenstate",
                    "retry.exponentialbackoffmultiplier",
                    "retry.exponentialmaxwaitduration" -> putIfExponential(setting, row);
            case "circuitbreaker.registerhealthindicator", "circuitbreaker.allowhealthindicatortofail" ->
                putHealth(setting);
            case "bulkhead.maxwaitduration", "bulkhead.maxwaittime" -> putQueue(setting, text);
            case "ratelimiter.limitforperiod", "ratelimiter.limitrefreshperiod" -> putRate(setting, row);
            case "circuitbreaker.recordfailurepredicate" -> putPredicate(setting, row, "record-exceptions");
            case "retry.retryexceptionpredicate" -> putPredicate(setting, row, "retry-exceptions");
            case "retry.failaftermaxattempts" -> putExhausted(setting, row);
            default -> putSimple(setting, row);
        }
    }

    /** What is not taken over has nobody else who would reject it, and what is would be rejected here. */
    private void unreadable(Setting setting, Row row) {
        left(
                setting,
                UNREADABLE + ": '" + setting.value().text() + "' is not "
                        + (row.words().isEmpty()
                                ? "a " + row.kind()
                                : "one of " + String.join(", ", row.words().keySet()))
                        + ". Correct or remove it.");
    }

    /** There, a failure counts if it is in the list or fulfils the predicate; here, it has to be both. */
    private void putPredicate(Setting setting, Row row, String list) {
        if (effective.text(list) == null) {
            putSimple(setting, row);
        } else {
            left(
                    setting,
                    "One of it and " + list + " is enough there; here, a failure must fulfil both. Extend the predicate"
                            + " by the list, set failure to it, and remove the list.");
        }
    }

    private void putSimple(Setting setting, Row row) {
        if (row.here().name().isEmpty()) {
            left(setting, row.reason());
        } else if (row.kind().equals("classes")) {
            List<String> names = Values.classes(setting.value().elements(), effective.timeouts());
            if (keepBehaviour && row.here().name().equals("exceptions")) {
                names = withoutErrors(names, setting);
            }
            if (effective.timeouts() && setting.value().elements().contains(TIMEOUT)) {
                left(
                        setting,
                        "TimeoutExceededException replaces " + TIMEOUT + ", which calls without a time limiter may"
                                + " throw themselves. List both then.");
            }
            moved.put(
                    row.here().name(),
                    new Moved(
                            setting.value().list()
                                    ? new Setting.Value(names, true)
                                    : Setting.Value.of(String.join(", ", names)),
                            origin(setting),
                            setting.source()));
        } else if (row.kind().equals("duration")) {
            String value = duration(setting);
            put(setting, row, value.equals(setting.value().text()) ? null : value);
        } else if (row.words().isEmpty()) {
            put(setting, row, null);
        } else {
            putWord(setting, row);
        }
    }

    /**
     * A duration with its unit. A number there counts milliseconds, also behind a placeholder, and behind the build's:
     * where it may be one, the unit stands behind it, unless another value has a unit of its own.
     */
    private String duration(Setting setting) {
        String text = setting.value().text();
        if (Values.isFixed(text) || Values.endsWithUnit(text)) {
            return Values.duration(text);
        }
        Set<String> values = Values.texts(text, effective.known());
        boolean numbers = values.stream().anyMatch(value -> value.matches("\\d+"));
        boolean unknown = values.stream().anyMatch(value -> !Values.isFixed(value));
        String other = values.stream()
                .filter(value -> Values.isFixed(value) && !value.matches("\\d+"))
                .findFirst()
                .orElse(null);
        if (!Values.isPlaceholder(text) || (unknown && !numbers)) {
            left(setting, "The value behind " + text + " needs a unit: a number alone counted milliseconds.");
            return text;
        } else if (numbers && other != null) {
            left(
                    setting,
                    "Its value may be a number, which counted milliseconds, or '" + other
                            + "'. No unit can stand behind both: write each with its unit.");
            return text;
        } else if (unknown) {
            left(
                    setting,
                    "A number behind " + text
                            + " counted milliseconds, so ms stands behind it now. Where its value has a"
                            + " unit of its own, such as 2s, that is no duration: write numbers there, or each value"
                            + " with its unit, and remove ms.");
        }
        return numbers ? text + "ms" : text;
    }

    private void putHalfOpen(Setting setting, Row row) {
        String text = setting.value().text();
        if (Values.nanos(text) == 0) {
            put(setting, row, Values.FOREVER);
            return;
        }
        put(setting, row, duration(setting));
        if (!Values.isFixed(text)) {
            left(setting, "There, 0 is no limit; here, write " + Values.FOREVER + " for that.");
        }
    }

    /** There, errors never count, whatever is listed; here, those that are listed do. */
    private List<String> withoutErrors(List<String> names, Setting setting) {
        List<String> kept = new ArrayList<>();
        for (String name : names) {
            String counted = name.equals("java.lang.Throwable") ? "java.lang.Exception" : name;
            if (!Values.isError(name) && !kept.contains(counted)) {
                kept.add(counted);
            }
        }
        if (kept.isEmpty()) {
            left(
                    setting,
                    "There, errors never count, so that no failure did; here, those of the list do. Remove the pattern,"
                            + " or list the exceptions that are meant.");
            return names;
        }
        return kept;
    }

    private void putWord(Setting setting, Row row) {
        String text = Values.word(row, setting.value().text());
        String word = row.words().entrySet().stream()
                .filter(entry -> Names.uniform(entry.getKey()).equals(Names.uniform(text)))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (word == null) {
            left(
                    setting,
                    "The value " + text + " has no counterpart. Set "
                            + row.here().name() + ".");
        } else if (!word.isEmpty()) {
            put(setting, row, word);
        }
    }

    /** Without a value, the setting's own. */
    private void put(Setting setting, Row row, @Nullable String value) {
        for (String name : row.here().names()) {
            put(name, value == null ? setting.value() : setting.value().with(value), setting);
        }
    }

    private void put(String name, Setting.Value value, Setting setting) {
        Moved former = moved.get(name);
        moved.put(
                name,
                former == null
                        ? new Moved(value, origin(setting), setting.source())
                        : new Moved(value, former.origin(), former.source()));
    }

    private void add(String name, String value) {
        moved.putIfAbsent(name, new Moved(Setting.Value.of(value), null));
    }

    private void putWindow(Setting setting, String text) {
        boolean time = is("sliding-window-type", "timebased");
        boolean seconds = text.matches("\\d+") || !Values.isFixed(text); // it has to be a whole number there
        put(
                time ? "window-duration" : "window-size",
                setting.value().with(time && seconds ? text + "s" : text),
                setting);
        if (time && !seconds) {
            left(setting, "The value of window-duration needs a unit: it counted seconds.");
        }
    }

    /** A count window can never have more calls than its size. */
    private @Nullable String minimum(String text) {
        String size = effective.text("sliding-window-size");
        boolean more = text.matches("\\d{1,9}")
                && size != null
                && size.matches("\\d{1,9}")
                && Integer.parseInt(text) > Integer.parseInt(size);
        return more && !is("sliding-window-type", "timebased") ? size : null;
    }

    private void putIfExponential(Setting setting, Row row) {
        if (is("enable-exponential-backoff", "true")) {
            putSimple(setting, row);
        } else if (effective.textOr("enable-exponential-backoff", "").contains("${")) {
            left(
                    setting,
                    "It counts if enable-exponential-backoff is true, which is known only at the start. Set "
                            + row.here().name() + " where it is.");
        } else {
            left(setting, "It had no effect, since enable-exponential-backoff is not true.");
        }
    }

    /** There, it is about results alone; here, an exhausted retry wraps failures, too. */
    private void putExhausted(Setting setting, Row row) {
        if (!keepBehaviour || !Values.truth(setting.value().text()).equals("true")) {
            putSimple(setting, row);
        } else if (effective.text("result-predicate") == null) {
            put(setting, row, "rethrow");
            left(setting, "It had no effect, since there is no result-predicate: the last failure is thrown as it is.");
        } else {
            putSimple(setting, row);
            left(
                    setting,
                    "There, only a result that is not accepted fails with an exception of its own; here, wrap applies"
                            + " to failures, too. Catch RetryExhaustedException where the failure itself is caught.");
        }
    }

    private void putHealth(Setting setting) {
        if (!effective.health()) {
            left(setting, "It had no effect, since management.health.circuitbreakers.enabled is not true.");
        } else if (is("register-health-indicator", "true")) {
            boolean status = is("allow-health-indicator-to-fail", "true");
            put("health", Setting.Value.of(status ? "status" : "details"), setting);
        }
    }

    private void putQueue(Setting setting, String text) {
        if (Values.nanos(text) == 0) {
            put("max-queue", Setting.Value.of("0"), setting);
        } else {
            put("max-wait", setting.value().with(duration(setting)), setting);
            add("max-queue", Values.LARGEST);
        }
    }

    private void putRate(Setting setting, Row row) {
        String calls = effective.textOr("limit-for-period", "50");
        long limit = number(calls, 50);
        long period = Values.nanos(effective.textOr("limit-refresh-period", "500ns"));
        boolean known = keepBehaviour || effective.text("limit-refresh-period") != null;
        boolean readable = Values.isPositive(calls) && period > 0; // else it is rejected as it is
        if (known && readable && limit * 1_000.0 / period > 1) {
            put("limit", Setting.Value.of(Values.LARGEST), setting);
            add("period", "1s");
            left(setting, "More than one call in a microsecond is no limit; here, that is the largest one.");
        } else {
            putSimple(setting, row);
        }
    }

    /** What follows from the presence of settings. */
    private void addImplied() {
        boolean exponential =
                is("enable-exponential-backoff", "true") && settings.containsKey("enableexponentialbackoff");
        if (section.equals("circuitbreaker")) {
            if (exponential) {
                addIfMissing("exponential-backoff-multiplier", "open-backoff-multiplier", "1.5");
                addIfMissing("exponential-max-wait-duration-in-open-state", "max-open-duration", Values.FOREVER);
            }
            if (is("sliding-window-type", "timebased") && settings.containsKey("slidingwindowtype")) {
                addIfMissing("sliding-window-size", "window-duration", "100s");
            }
        } else if (section.equals("retry")) {
            if (exponential) {
                addIfMissing("exponential-backoff-multiplier", "backoff-multiplier", "1.5");
                addIfMissing("exponential-max-wait-duration", "max-delay", Values.FOREVER);
            }
            Moved delay = moved.get("base-delay");
            if (delay != null && Values.nanos(delay.value().text()) > Values.nanos("30s")) {
                add("max-delay", delay.value().text()); // never below the base delay
            }
            limitDelays();
            leaveNoDelay();
        } else if (section.equals("threadpoolbulkhead") && keepBehaviour) {
            addIfMissing("queue-capacity", "max-queue", "100");
        }
    }

    /** The maximum is no less than the base here; there, the first delay alone is the longer one then. */
    private void limitDelays() {
        Setting maximum = settings.get("exponentialmaxwaitduration");
        Setting decisive = maximum == null ? settings.get("waitduration") : maximum;
        String most = is("enable-exponential-backoff", "true") ? effective.text("exponential-max-wait-duration") : null;
        String base = Values.duration(effective.textOr("wait-duration", "500ms"));
        if (decisive == null || most == null || Values.nanos(most) < 0 || Values.nanos(most) >= Values.nanos(base)) {
            return;
        }
        Moved former = moved.get("max-delay");
        moved.put(
                "max-delay",
                new Moved(
                        Setting.Value.of(base),
                        former == null ? null : former.origin(),
                        former == null ? null : former.source()));
        left(
                decisive,
                "exponential-max-wait-duration, " + most + ", is below wait-duration, " + base
                        + ". There, the delays after the first one are shorter; here, that is not possible, and"
                        + " max-delay is written as " + base + ". Write the one that is meant as base-delay.");
    }

    /** There, a delay that grows or is spread must be one millisecond or more, which the first retry checks. */
    private void leaveNoDelay() {
        boolean computed = is("enable-exponential-backoff", "true") || is("enable-randomized-wait", "true");
        long base = Values.nanos(Values.duration(effective.textOr("wait-duration", "500ms")));
        Setting decisive = Stream.of("waitduration", "enableexponentialbackoff", "enablerandomizedwait")
                .map(settings::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (decisive != null && computed && base >= 0 && base < Values.nanos("1ms")) {
            left(
                    decisive,
                    "wait-duration, " + effective.textOr("wait-duration", "") + ", is below one millisecond. There,"
                            + " no delay can be computed from it, and IllegalArgumentException is thrown instead of a"
                            + " retry; here, attempts follow each other without a delay. Set max-attempts to 1 if no"
                            + " retry is meant.");
        }
    }

    private void addIfMissing(String there, String here, String value) {
        if (keepBehaviour && effective.text(there) == null) {
            add(here, value);
        }
    }

    private boolean is(String name, String value) {
        String text = effective.textOr(name, "");
        return Names.uniform(value.equals("true") ? Values.truth(text) : text).equals(value);
    }

    private static long number(@Nullable String text, long otherwise) {
        return text != null && text.matches("\\d{1,9}") ? Long.parseLong(text) : otherwise;
    }

    private void left(Setting setting, String reason) {
        if (setting.source() != null) {
            left.add(new Left(setting.source(), reason));
        }
    }

    private static @Nullable Setting origin(Setting setting) {
        return setting.path().isEmpty() ? null : setting;
    }

    /**
     * A setting of this library.
     *
     * @param value its value
     * @param origin the setting that it replaces, or null if it is new in its document
     * @param source the key of the line that decided, which may be of a shared configuration; null for a default
     */
    public record Moved(
            Setting.Value value,
            @Nullable Setting origin,
            @Nullable String source) {

        /** One whose line is the setting that it replaces. */
        Moved(Setting.Value value, @Nullable Setting origin) {
            this(value, origin, origin == null ? null : origin.key());
        }
    }

    /**
     * What was left.
     *
     * @param what the name in the other library
     * @param reason the reason
     */
    public record Left(String what, String reason) {}

    /**
     * Settings in force, wherever they are.
     *
     * @param lookup the value of a setting by its name, or null
     * @param timeouts whether the application uses time limiters
     * @param health whether health indicators are on
     * @param known the values that the name in a placeholder may have; empty if it is not known
     */
    public record Effective(
            UnaryOperator<@Nullable String> lookup,
            boolean timeouts,
            boolean health,
            Function<String, Set<String>> known) {

        /** The setting of a name; null without one. */
        @Nullable
        public String text(String name) {
            return lookup.apply(name);
        }

        /** The setting of a name, or something else. */
        public String textOr(String name, String otherwise) {
            String text = text(name);
            return text == null ? otherwise : text;
        }
    }
}
