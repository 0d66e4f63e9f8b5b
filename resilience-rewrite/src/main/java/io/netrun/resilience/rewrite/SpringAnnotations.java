package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Values;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/**
 * The annotations of Spring Retry and of Spring Framework 7 in the words of this library.
 *
 * @param keepBehaviour whether defaults that differ are written out
 * @param left takes what was left
 */
record SpringAnnotations(boolean keepBehaviour, Consumer<Left> left) {

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
        RetryArguments here = new RetryArguments(MappingTable.SPRING_RETRY, left);
        Map<String, Expression> backoff =
                there.get("backoff") instanceof J.Annotation annotation ? Trees.arguments(annotation) : Map.of();
        there.forEach((name, value) -> {
            if (!name.equals("backoff")) {
                here.move("", name, value);
            }
        });
        boolean grows = isPositive(backoff.get("multiplier")) || backoff.containsKey("multiplierExpression");
        backoff.forEach((name, value) -> moveBackoff(here, name, value, grows));
        if (keepBehaviour) {
            if (!grows) {
                here.put("backoff", "constant");
            }
            here.put("jitter", "none");
            here.put("onExhausted", "rethrow");
        }
        return here;
    }

    private void moveBackoff(RetryArguments here, String name, Expression value, boolean grows) {
        String placeholder = RetryArguments.placeholder(Trees.text(value));
        if (name.equals("delayExpression") && placeholder != null) {
            here.put("baseDelay", placeholder + "ms");
        } else if (name.equals("maxDelayExpression") && placeholder != null) {
            here.put("maxDelay", placeholder + "ms");
        } else if (name.equals("maxDelay") && !grows) {
            left.accept(new Left(
                    "@Backoff(maxDelay = " + value + ")",
                    "Without a multiplier, delays were random between delay and maxDelay;"
                            + " here, all are the delay."));
        } else if (!name.equals("multiplier") || grows) {
            here.move("backoff.", name, value);
        }
    }

    private RetryArguments ofCircuit(Map<String, Expression> there) {
        RetryArguments here = new RetryArguments(MappingTable.SPRING_RETRY, left);
        there.forEach((name, value) -> here.move("circuit.", name, value));
        if (keepBehaviour) {
            if (!here.has("failureThreshold")) {
                here.putNumber("failureThreshold", 3);
            }
            here.put("openDuration", "20s");
        }
        return here;
    }

    private RetryArguments ofFramework(Map<String, Expression> there) {
        RetryArguments here = new RetryArguments(MappingTable.SPRING_FRAMEWORK, left);
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
                case "jitter", "jitterString" -> here.put("jitter", isZero(value) ? "none" : "equal");
                default -> here.move("", name, value);
            }
        });
        if (!here.has("maxAttempts") && !there.containsKey("maxRetriesString")) {
            here.putNumber("maxAttempts", 4); // three retries
        }
        if (keepBehaviour) {
            if (!here.has("backoffMultiplier") && !there.containsKey("multiplierString")) {
                here.put("backoff", "constant");
            } else if (!here.has("maxDelay")) {
                here.put("maxDelay", Values.FOREVER);
            }
            here.put("jitter", "none");
            here.put("onExhausted", "rethrow");
        }
        return here;
    }

    private void moveRetries(RetryArguments here, Expression value) {
        if (value instanceof J.Literal literal && literal.getValue() instanceof Number number) {
            here.putNumber("maxAttempts", number.longValue() + 1);
        } else {
            left.accept(
                    new Left("maxRetries = " + value, "Set maxAttempts to one more: it includes the first attempt."));
        }
    }

    private void moveText(RetryArguments here, String name, Expression value, String unit) {
        String text = Trees.text(value);
        String target =
                name.equals("delayString") ? "baseDelay" : name.equals("timeoutString") ? "maxDuration" : "maxDelay";
        boolean bare = text != null && (text.matches("\\d+") || RetryArguments.placeholder(text) != null);
        if (text == null) {
            left.accept(new Left(name + " = " + value, "Write a duration with its unit as " + target + "."));
        } else {
            here.put(target, bare ? text + unit : text);
        }
    }

    private RetryArguments ofLimit(Map<String, Expression> there) {
        RetryArguments here = new RetryArguments(MappingTable.SPRING_FRAMEWORK, left);
        boolean rejects = there.containsKey("policy")
                && String.valueOf(there.get("policy")).endsWith("REJECT");
        there.forEach((name, value) -> {
            if (!name.equals("policy")) {
                here.move("limit.", name, value);
            }
        });
        if (rejects || keepBehaviour) {
            here.putNumber("maxQueue", rejects ? 0 : Long.parseLong(Values.LARGEST));
        }
        return here;
    }

    private static String unit(@Nullable Expression unit) {
        String name = unit == null ? "MILLISECONDS" : unit.toString();
        return UNITS.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "ms");
    }

    private static boolean isZero(Expression value) {
        return value.toString().matches("0L?|\"0\"");
    }

    private static boolean isPositive(@Nullable Expression value) {
        return value != null && !value.toString().matches("0(\\.0*)?[dDfF]?");
    }
}
