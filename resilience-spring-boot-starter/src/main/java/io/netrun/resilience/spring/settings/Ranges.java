package io.netrun.resilience.spring.settings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds all values of a configuration that are out of their range. Its record reports the first one only, so the record
 * is made again with a good value in that place, until nothing is left.
 */
final class Ranges {

    private Ranges() {}

    /**
     * What is wrong with a configuration.
     *
     * @param good one that is right
     * @param values those that differ from it, by Java name
     * @return messages that start with the Java name of a setting; empty if nothing is wrong
     */
    static <C extends Record> List<String> problems(C good, Map<String, ? extends @Nullable Object> values) {
        List<String> problems = new ArrayList<>();
        Map<String, @Nullable Object> tried = new LinkedHashMap<>(values);
        Set<String> replaced = new LinkedHashSet<>();
        while (true) {
            try {
                Setting.with(good, tried);
                return problems;
            } catch (IllegalArgumentException e) {
                String message = String.valueOf(e.getMessage());
                String field = field(message);
                // One that only fails because of what stands here for a bad value may be right beside a good one.
                if (replaced.stream().noneMatch(other -> names(message, other))) {
                    problems.add(message);
                }
                if (!tried.containsKey(field) || !replaced.add(field)) {
                    return problems;
                }
                tried.remove(field);
            }
        }
    }

    /**
     * What is wrong with values whatever others they come together with, as those for all instances do.
     *
     * @param good a configuration that is right
     * @param values by Java name
     */
    static <C extends Record> List<String> problemsOfEach(C good, Map<String, ? extends @Nullable Object> values) {
        List<String> problems = new ArrayList<>();
        values.forEach((setting, value) -> problems(good, Collections.singletonMap(setting, value)).stream()
                .filter(message -> field(message).equals(setting) && isAbout(setting, message, good))
                .forEach(problems::add));
        return problems;
    }

    /** Whether a message names a setting and no other. */
    static boolean isAbout(String setting, String message, Record config) {
        return Setting.of(config).stream()
                .map(Setting::name)
                .noneMatch(other -> !other.equals(setting) && names(message, other));
    }

    /** The setting that a message is about. */
    static String field(String message) {
        return message.split(" ", 2)[0];
    }

    private static boolean names(String message, String setting) {
        return Pattern.compile("\\b" + Pattern.quote(setting) + "\\b")
                .matcher(message)
                .find();
    }
}
