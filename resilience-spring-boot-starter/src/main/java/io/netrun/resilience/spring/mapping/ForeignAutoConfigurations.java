package io.netrun.resilience.spring.mapping;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The auto-configurations of resilience4j, and what to set here where an application excludes one. Thread-safe. */
public final class ForeignAutoConfigurations {

    private static final Pattern NAME =
            Pattern.compile("io\\.github\\.resilience4j\\.(?:\\w+\\.)*autoconfigure\\.(\\w+)AutoConfiguration\\b");

    /** The keys of patterns, by the names of their auto-configurations. */
    private static final Map<String, String> PATTERNS = patterns();

    private ForeignAutoConfigurations() {}

    private static Map<String, String> patterns() {
        Map<String, String> patterns = new LinkedHashMap<>();
        patterns.put("CircuitBreaker", "circuit-breaker");
        patterns.put("Retry", "retry");
        patterns.put("ThreadPoolBulkhead", "bulkhead");
        patterns.put("Bulkhead", "bulkhead");
        patterns.put("RateLimiter", "rate-limiter");
        patterns.put("TimeLimiter", "timeout");
        return patterns;
    }

    /** The full names of auto-configurations of resilience4j in a text, each once. */
    public static Set<String> names(String text) {
        Set<String> names = new LinkedHashSet<>();
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }

    /** Whether a type is one of them, by its full name. */
    public static boolean isName(String type) {
        return NAME.matcher(type).matches();
    }

    /** What is left of an exclusion of one of them, with what to set instead. */
    public static Left excluded(String name) {
        String simple = name.substring(name.lastIndexOf('.') + 1).replace("AutoConfiguration", "");
        String pattern = PATTERNS.get(simple);
        String reason;
        if (pattern != null) {
            reason =
                    "Its exclusion has no effect here. There, annotations of that pattern have no effect with it; here,"
                            + " they have. Remove it, and set resilience." + pattern
                            + ".defaults.enabled to false under the same condition, and resilience.fallback.defaults.enabled,"
                            + " too, unless fallback methods are for other patterns.";
        } else if (simple.endsWith("Metrics")) {
            String family = simple.replace("Metrics", "");
            String key = PATTERNS.getOrDefault(family, family).replace("-", "");
            reason = "Its exclusion has no effect here: meters are registered if Micrometer is present. Remove it, and"
                    + " set management.metrics.enable.resilience." + key + " to false under the same condition.";
        } else if (simple.equals("CircuitBreakersHealthIndicator")) {
            reason =
                    "Its exclusion has no effect here. Remove it, and set management.health.resilience.enabled to false"
                            + " under the same condition.";
        } else {
            reason = "Its exclusion has no effect here, where nothing corresponds to it. Remove it.";
        }
        return new Left(name, reason);
    }
}
