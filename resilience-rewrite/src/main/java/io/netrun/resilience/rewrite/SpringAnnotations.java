package io.netrun.resilience.rewrite;

import io.netrun.resilience.rewrite.RetryArguments.Target;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Values;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/**
 * The annotations of Spring Retry and of Spring Framework 7 in the words of this library.
 *
 * @param keepBehaviour whether defaults that differ are written out
 * @param numbers what is known of placeholders
 * @param left takes what was left
 */
record SpringAnnotations(boolean keepBehaviour, Numbers numbers, Consumer<Left> left) {

    static final String RETRY = "org.springframework.retry.annotation.";

    static final String FRAMEWORK = "org.springframework.resilience.annotation.";

    private static final Map<String, String> UNITS = Map.of(
            "NANOSECONDS",
            "ns",
            "MICROSECONDS",
            "us",
            "MILLISECONDS",
            "ms",
            "SECONDS",
            "s",
            "MINUTES",
            "m",
            "HOURS",
            "h",
            "DAYS",
            "d");

    private static final String EXPRESSION = "Expression";

    private static final Map<String, Target> BACKOFF_EXPRESSIONS = Map.of(
            "delayExpression", new Target("baseDelay", ""),
            "maxDelayExpression", new Target("maxDelay", ""),
            "multiplierExpression", new Target("backoffMultiplier", "backoff-multiplier"),
            "randomExpression", new Target("jitter", "jitter"));

    private static final Map<String, Target> CIRCUIT_EXPRESSIONS = Map.of(
            "maxAttemptsExpression", new Target("failureThreshold", "failure-threshold"),
            "resetTimeoutExpression", new Target("openDuration", ""));

    /** Whether an annotation can be moved at all. */
    static boolean isMovable(String name, Map<String, Expression> arguments) {
        return switch (name) {
            case RETRY + "Retryable", RETRY + "CircuitBreaker" -> !arguments.containsKey("interceptor");
            case FRAMEWORK + "Retryable", FRAMEWORK + "ConcurrencyLimit" -> true;
            default -> false;
        };
    }

    /** The name of the annotation here. */
    static String here(String name) {
        String library = name.startsWith(RETRY) ? MappingTable.SPRING_RETRY : MappingTable.SPRING_FRAMEWORK;
        return MappingTable.get().renamed(library, "annotation").getOrDefault(name, name);
    }

    /** The arguments here. */
    RetryArguments arguments(String name, Map<String, Expression> there) {
        return switch (name) {
            case RETRY + "Retryable" -> ofSpringRetry(there);
            case RETRY + "CircuitBreaker" -> ofCircuit(there);
            case FRAMEWORK + "ConcurrencyLimit" -> ofLimit(there);
            default -> ofFramework(there);
        };
    }

    private RetryArguments ofSpringRetry(Map<String, Expression> there) {
        RetryArguments here = new RetryArguments(MappingTable.SPRING_RETRY, numbers, left);
        Map<String, Expression> backoff =
                there.get("backoff") instanceof J.Annotation annotation ? Trees.arguments(annotation) : Map.of();
        withoutOverridden(there).forEach((name, value) -> {
            if (name.equals("maxAttemptsExpression")) {
                here.moveExpression("", name, value, new Target("maxAttempts", "max-attempts"));
            } else if (!name.equals("backoff")) {
                here.move("", name, value);
            }
        });
        boolean grows = isPositive(backoff.get("multiplier")) || isGiven(backoff.get("multiplierExpression"));
        withoutOverridden(backoff).forEach((name, value) -> moveBackoff(here, name, value, grows));
        if (keepBehaviour) {
            if (!grows) {
                here.put("backoff", "constant");
            }
            here.put("jitter", "none");
            here.put("onExhausted", "rethrow");
            putCauses(here);
        }
        return here;
    }

    /** The arguments that count: an expression wins over the value. */
    private static Map<String, Expression> withoutOverridden(Map<String, Expression> there) {
        Map<String, Expression> counting = new LinkedHashMap<>(there);
        there.forEach((name, value) -> {
            if (name.endsWith(EXPRESSION) && isGiven(value)) {
                String overridden = name.substring(0, name.length() - EXPRESSION.length());
                counting.remove(overridden);
                if (overridden.equals("delay")) {
                    counting.remove("value");
                }
            }
        });
        return counting;
    }

    private static boolean isGiven(@Nullable Expression expression) {
        String text = Trees.text(expression);
        return expression != null && (text == null || !text.isBlank());
    }

    private void moveBackoff(RetryArguments here, String name, Expression value, boolean grows) {
        Target target = BACKOFF_EXPRESSIONS.get(name);
        if (name.startsWith("maxDelay") && !grows) {
            left.accept(new Left(
                    "@Backoff(" + name + " = " + Trees.shown(value) + ")",
                    "Without a multiplier, delays were random between delay and maxDelay;"
                            + " here, all are the delay."));
        } else if (target != null) {
            here.moveExpression("backoff.", name, value, target);
        } else if (!name.equals("multiplier") || grows) {
            here.move("backoff.", name, value);
        }
    }

    private RetryArguments ofCircuit(Map<String, Expression> there) {
        RetryArguments here = new RetryArguments(MappingTable.SPRING_RETRY, numbers, left);
        withoutOverridden(there).forEach((name, value) -> {
            Target target = CIRCUIT_EXPRESSIONS.get(name);
            if (target != null) {
                here.moveExpression("circuit.", name, value, target);
            } else {
                here.move("circuit.", name, value);
            }
        });
        if (keepBehaviour) {
            if (!here.has("failureThreshold") && !here.settings().containsKey("failure-threshold")) {
                here.putNumber("failureThreshold", 3);
            }
            here.put("openDuration", "20s");
            putCauses(here);
        }
        return here;
    }

    private RetryArguments ofFramework(Map<String, Expression> there) {
        RetryArguments here = new RetryArguments(MappingTable.SPRING_FRAMEWORK, numbers, left);
        String unit = unit(there.get("timeUnit"));
        there.forEach((name, value) -> {
            switch (name) {
                case "timeUnit" -> {}
                case "maxRetries" -> moveRetries(here, value);
                case "delay", "maxDelay", "timeout" ->
                    here.put(
                            name.equals("delay") ? "baseDelay" : name.equals("timeout") ? "maxDuration" : name,
                            RetryArguments.duration(value, unit));
                case "delayString", "maxDelayString", "timeoutString" -> moveText(here, name, value, unit);
                case "maxRetriesString" -> moveRetriesText(here, value);
                case "multiplierString" ->
                    here.moveExpression("", name, value, new Target("backoffMultiplier", "backoff-multiplier"));
                case "jitter", "jitterString" -> here.put("jitter", isZero(value) ? "none" : "equal");
                default -> here.move("", name, value);
            }
        });
        if (!here.has("maxAttempts") && !isGiven(there.get("maxRetriesString"))) {
            here.putNumber("maxAttempts", 4); // three retries
        }
        if (keepBehaviour) {
            if (!here.has("backoffMultiplier") && !isGiven(there.get("multiplierString"))) {
                here.put("backoff", "constant");
            } else if (!here.has("maxDelay")) {
                here.put("maxDelay", Values.FOREVER);
            }
            here.put("jitter", "none");
            here.put("onExhausted", "rethrow");
            putCauses(here);
        }
        return here;
    }

    /** Both libraries look at the causes of a failure, too. */
    private static void putCauses(RetryArguments here) {
        if (here.has("exceptions") || here.has("ignoreExceptions")) {
            here.put("matchCauses", "true");
        }
    }

    private void moveRetries(RetryArguments here, Expression value) {
        Expression more = Trees.oneMore(value);
        if (value instanceof J.Literal literal && literal.getValue() instanceof Number number) {
            here.putNumber("maxAttempts", number.longValue() + 1);
        } else if (more != null) {
            here.put("maxAttempts", more);
        } else {
            left.accept(new Left(
                    "maxRetries = " + Trees.shown(value),
                    "Set maxAttempts to one more: it includes the first attempt."));
        }
    }

    private void moveRetriesText(RetryArguments here, Expression value) {
        String text = Trees.text(value);
        String placeholder = RetryArguments.placeholder(text);
        String only = placeholder == null ? null : numbers.only(placeholder);
        if (text != null && text.matches("\\d{1,9}")) {
            here.putNumber("maxAttempts", Long.parseLong(text) + 1);
        } else if (only != null && only.length() < 10) {
            here.putNumber("maxAttempts", Long.parseLong(only) + 1);
            left.accept(new Left(
                    "maxRetriesString = " + Trees.shown(value),
                    "Its value " + only + " is written here, as one more, since it includes the first attempt. To have"
                            + " it in the configuration, set max-attempts of the instance there, and remove the"
                            + " argument."));
        } else if (text == null || !text.isBlank()) {
            here.leave("", "maxRetriesString", value);
        }
    }

    private void moveText(RetryArguments here, String name, Expression value, String unit) {
        String text = Trees.text(value);
        String target =
                name.equals("delayString") ? "baseDelay" : name.equals("timeoutString") ? "maxDuration" : "maxDelay";
        boolean bare = text != null && (text.matches("\\d+") || RetryArguments.placeholder(text) != null);
        if (text == null) {
            left.accept(
                    new Left(name + " = " + Trees.shown(value), "Write a duration with its unit as " + target + "."));
        } else if (RetryArguments.placeholder(text) != null) {
            here.putDuration(name, target, text, unit);
        } else {
            here.put(target, bare ? text + unit : text);
        }
    }

    private RetryArguments ofLimit(Map<String, Expression> there) {
        RetryArguments here = new RetryArguments(MappingTable.SPRING_FRAMEWORK, numbers, left);
        boolean rejects = there.containsKey("policy")
                && CodeCounterparts.text(there.get("policy")).endsWith("REJECT");
        there.forEach((name, value) -> {
            if (name.equals("limitString")) {
                here.moveExpression("limit.", name, value, new Target("maxConcurrent", "max-concurrent"));
            } else if (!name.equals("policy")) {
                here.move("limit.", name, value);
            }
        });
        if (rejects || keepBehaviour) {
            here.putNumber("maxQueue", rejects ? 0 : Long.parseLong(Values.LARGEST));
        }
        return here;
    }

    private static String unit(@Nullable Expression unit) {
        String name = unit == null ? "MILLISECONDS" : CodeCounterparts.text(unit);
        return UNITS.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "ms");
    }

    private static boolean isZero(Expression value) {
        return CodeCounterparts.text(value).matches("0L?|\"0\"");
    }

    private static boolean isPositive(@Nullable Expression value) {
        return value != null && !CodeCounterparts.text(value).matches("0(\\.0*)?[dDfF]?");
    }
}
