package io.netrun.resilience.spring.startup;

import io.netrun.resilience.spring.method.AdviceMode;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.Compatibility;
import io.netrun.resilience.spring.settings.TranslatedSettings;
import io.netrun.resilience.spring.settings.TranslatedSettings.Leftover;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

/** What became of the settings of resilience4j, for the log of the start; what must not be left out stops it. */
final class CompatibilityReport {

    private static final Logger log = LoggerFactory.getLogger(StartupCheck.class);

    private static final String REMOVE = "Remove it once the setting is replaced, or set resilience.validation to warn";

    private CompatibilityReport() {}

    /** The problems of an application that wants to be compatible; empty for another one. */
    static List<Problem> problems(Environment environment, ApplicationBeans beans) {
        if (!Compatibility.isOn(environment)) {
            return List.of();
        }
        List<Problem> problems = new ArrayList<>();
        beans.aspectOfResilience4j()
                .ifPresent(aspect -> problems.add(new Problem(
                        "resilience.compatibility is 'resilience4j', but resilience4j is active itself with the bean '"
                                + aspect + "': calls would be protected twice",
                        "Remove the dependency resilience4j-spring-boot3 (keep resilience4j-annotations), or remove"
                                + " resilience.compatibility")));
        if (AdviceMode.in(environment) == AdviceMode.ASPECTJ) {
            problems.add(new Problem(
                    "resilience.compatibility is 'resilience4j', but resilience.advice-mode is 'aspectj': annotations"
                            + " of resilience4j are not woven and would protect nothing",
                    "Set resilience.advice-mode to 'proxy', or run the migration recipe"));
        }
        TranslatedSettings.of(environment).stream()
                .flatMap(settings -> settings.leftovers().stream())
                .filter(leftover -> !leftover.isHarmless())
                .forEach(leftover -> problems.add(Problem.tolerable(
                        leftover.origin() + " has no counterpart, and leaving it out would change what is protected",
                        withoutPeriod(leftover.reason()) + ". " + REMOVE)));
        return problems;
    }

    /** Logs the translation as one block. */
    static void log(Environment environment) {
        Optional<TranslatedSettings> found = TranslatedSettings.of(environment);
        if (found.isEmpty()) {
            return;
        }
        TranslatedSettings settings = found.get();
        String translated = settings.translations().stream()
                .map(each -> "  " + each.there() + " -> " + each.here() + " = " + each.value())
                .collect(Collectors.joining(System.lineSeparator()));
        String left = settings.leftovers().stream()
                .map(CompatibilityReport::line)
                .collect(Collectors.joining(System.lineSeparator()));
        log.info(
                "Settings and annotations of resilience4j are in force (resilience.compatibility), with its defaults"
                        + " and its order of patterns. Calls fail with exceptions of this library: {}.{}",
                TranslatedSettings.exceptions().entrySet().stream()
                        .map(each -> simple(each.getValue()) + " for " + simple(each.getKey()))
                        .collect(Collectors.joining(", ")),
                part("Translated:", translated) + part("Without effect:", left));
    }

    private static String line(Leftover leftover) {
        return "  " + leftover.key() + ": " + leftover.reason();
    }

    private static String part(String title, String lines) {
        return lines.isEmpty() ? "" : System.lineSeparator() + title + System.lineSeparator() + lines;
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static String withoutPeriod(String text) {
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }
}
