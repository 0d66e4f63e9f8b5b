package io.netrun.resilience.spring.settings;

import io.netrun.resilience.InvalidSettingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds all invalid values of a configuration. Its record reports only the first one, so the record is created again
 * with a valid value for that setting until no problem is left.
 */
final class Ranges {

    private Ranges() {}

    /**
     * Returns what is wrong with a configuration.
     *
     * @param good a valid configuration
     * @param values the values that differ from it, by Java name
     * @return one exception for each invalid value; empty if all are valid
     */
    static <C extends Record> List<InvalidSettingException> problems(
            C good, Map<String, ? extends @Nullable Object> values) {
        List<InvalidSettingException> problems = new ArrayList<>();
        Map<String, @Nullable Object> tried = new LinkedHashMap<>(values);
        Set<String> replaced = new LinkedHashSet<>();
        while (true) {
            try {
                Setting.with(good, tried);
                return problems;
            } catch (IllegalArgumentException e) {
                InvalidSettingException wrong = invalid(e);
                // A conflict with a substitute for an invalid value may not exist with a valid one.
                if (Collections.disjoint(wrong.conflictingFields(), replaced) && !replaced.contains(wrong.field())) {
                    problems.add(wrong);
                }
                if (!tried.containsKey(wrong.field()) || !replaced.add(wrong.field())) {
                    return problems;
                }
                tried.remove(wrong.field());
            }
        }
    }

    /**
     * Returns what is wrong with values regardless of the other values that they are combined with, such as defaults
     * for all instances.
     *
     * @param good a valid configuration
     * @param values the values by Java name
     */
    static <C extends Record> List<InvalidSettingException> problemsOfEach(
            C good, Map<String, ? extends @Nullable Object> values) {
        List<InvalidSettingException> problems = new ArrayList<>();
        values.forEach((setting, value) -> problems(good, Collections.singletonMap(setting, value)).stream()
                .filter(wrong -> wrong.field().equals(setting)
                        && wrong.conflictingFields().isEmpty())
                .forEach(problems::add));
        return problems;
    }

    /** The exception with its field; an exception that names none has an empty one. */
    static InvalidSettingException invalid(IllegalArgumentException wrong) {
        return wrong instanceof InvalidSettingException invalid
                ? invalid
                : new InvalidSettingException("", String.valueOf(wrong.getMessage()));
    }
}
