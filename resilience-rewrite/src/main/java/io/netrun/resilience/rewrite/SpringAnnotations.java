package io.netrun.resilience.rewrite;

import io.netrun.resilience.rewrite.RetryArguments.Target;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Values;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
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
    RetryArguments arguments(
            String name, Map<String, Expression> there, Function<Expression, @Nullable Object> constants) {
        String of = name.startsWith(RETRY) ? MappingTable.SPRING_RETRY : MappingTable.SPRING_FRAMEWORK;
        RetryArguments here = new RetryArguments(of, numbers, constants, left);
        switch (name) {
            case RETRY + "Retryable" -> ofSpringRetry(here, there);
            case RETRY + "CircuitBreaker" -> ofCircuit(here, there);
            case FRAMEWORK + "ConcurrencyLimit" -> ofLimit(here, there);
            default -> ofFramework(here, there);
        }
        return here;
    }

    private void ofSpringRetry(RetryArguments here, Map<String, Expression> there) {
        Map<String, Expression> backoff =
                there.get("backoff") instanceof J.Annotation annotation ? Trees.arguments(annotation) : Map.of();
        withoutOverridden(here, there).forEach((name, value) -> {
            here.from(name, value);
            if (name.equals("maxAttemptsExpression")) {
                here.moveExpression("", name, value, new Target("maxAttempts", "max-attempts"));
            } else if (!name.equals("backoff")) {
                here.move("", name, value);
            }
        });
        boolean grows = isPositive(backoff.get("multiplier")) || isGiven(here, backoff.get("multiplierExpression"));
        withoutOverridden(here, backoff).forEach((name, value) -> {
            here.from("@Backoff(" + name, value, ")");
            moveBackoff(here, name, value, grows);
        });
        if (isBelow(here, "backoffMultiplier", BigDecimal.ONE)) {
            here.replace("backoffMultiplier", Trees.decimal("1.0")); // as it counts there
        }
        here.check();
        fitDelays(here, grows, true);
        if (keepBehaviour) {
            if (!grows) {
                here.put("backoff", "constant");
            }
            here.put("jitter", "none");
            here.put("onExhausted", "rethrow");
            putCauses(here);
            if (here.has("ignoreExceptions") && !here.has("exceptions")) {
                here.put(
                        "exceptions",
                        Trees.classOf("java.lang.Throwable")); // without exceptions of its own, errors count, too
            }
        }
    }

    /** Whether all known values of an argument are below a number. */
    private static boolean isBelow(RetryArguments here, String name, BigDecimal number) {
        Expression value = here.get(name);
        Object known = value == null ? null : here.known(value);
        return known instanceof Number && new BigDecimal(known.toString()).compareTo(number) < 0;
    }

    /** Lets the maximum delay be no less than the base delay, which it must be here, with the delays of before. */
    private void fitDelays(RetryArguments here, boolean grows, boolean springRetry) {
        List<BigDecimal> bases =
                here.has("baseDelay") ? here.possible("baseDelay").values() : List.of(Ranges.DEFAULT_BASE_DELAY);
        BigDecimal base = bases.stream().max(BigDecimal::compareTo).orElse(BigDecimal.ZERO);
        List<BigDecimal> mosts = here.possible("maxDelay").values();
        BigDecimal most = mosts.stream().min(BigDecimal::compareTo).orElse(null);
        Expression maximum = here.get("maxDelay");
        if (most != null && maximum != null && most.compareTo(base) < 0) {
            boolean sure = mosts.size() == 1 && bases.size() == 1;
            if (sure && !springRetry) {
                here.set("baseDelay", maximum);
                return;
            }
            here.remove("maxDelay"); // Spring Retry has its default then, which is the one here
            if (!sure) {
                left.accept(new Left(
                        here.origin("maxDelay"),
                        "It is not written, since it must be at least baseDelay here, and with some values it"
                                + " is not."));
            }
            maximum = null;
        }
        if (maximum == null && base.compareTo(Ranges.DEFAULT_MAX_DELAY) > 0) {
            if (springRetry && grows) {
                here.set("baseDelay", Trees.literal("30s")); // the maximum there
            } else {
                here.put("maxDelay", Values.FOREVER);
            }
        }
    }

    /** The arguments that count: an expression wins over the value. */
    private static Map<String, Expression> withoutOverridden(RetryArguments here, Map<String, Expression> there) {
        Map<String, Expression> counting = new LinkedHashMap<>(there);
        there.forEach((name, value) -> {
            if (name.endsWith(EXPRESSION) && isGiven(here, value)) {
                String overridden = name.substring(0, name.length() - EXPRESSION.length());
                counting.remove(overridden);
                if (overridden.equals("delay")) {
                    counting.remove("value");
                }
            }
        });
        return counting;
    }

    private static boolean isGiven(RetryArguments here, @Nullable Expression expression) {
        String text = expression == null ? null : here.text(expression);
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

    private void ofCircuit(RetryArguments here, Map<String, Expression> there) {
        withoutOverridden(here, there).forEach((name, value) -> {
            here.from(name, value);
            Target target = CIRCUIT_EXPRESSIONS.get(name);
            if (target != null) {
                here.moveExpression("circuit.", name, value, target);
            } else {
                here.move("circuit.", name, value);
            }
        });
        boolean counted = here.has("failureThreshold");
        boolean timed = here.has("openDuration");
        here.check();
        if (keepBehaviour) {
            if (!there.containsKey("openTimeout") && !isGiven(here, there.get("openTimeoutExpression"))) {
                left.accept(new Left(
                        "openTimeout of @CircuitBreaker",
                        "Not set, it is 5 s: there, failures within it open the circuit; here, the failure count"
                                + " decreases with each success, however long they are apart. Set detection to"
                                + " time-window for a failure rate within a time."));
            }
            if (!counted && !here.has("failureThreshold") && !here.settings().containsKey("failure-threshold")) {
                here.putNumber("failureThreshold", 3);
            }
            if (!timed) {
                here.put("openDuration", "20s");
            }
            putCauses(here);
        }
    }

    private void ofFramework(RetryArguments here, Map<String, Expression> there) {
        String unit = unit(there.get("timeUnit"));
        there.forEach((name, value) -> {
            here.from(name, value);
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
                case "jitter", "jitterString" -> here.put("jitter", isZero(here, value) ? "none" : "equal");
                default -> here.move("", name, value);
            }
        });
        if (isZero(here, "maxDuration")) {
            here.remove("maxDuration"); // there, none is no limit
        }
        boolean counted = here.has("maxAttempts");
        here.check();
        if (!counted && !isGiven(here, there.get("maxRetriesString"))) {
            here.putNumber("maxAttempts", 4); // three retries
        }
        fitDelays(here, true, false);
        if (keepBehaviour) {
            if (!here.has("backoffMultiplier") && !isGiven(here, there.get("multiplierString"))) {
                here.put("backoff", "constant");
            } else if (!here.has("maxDelay")) {
                here.put("maxDelay", Values.FOREVER);
            }
            here.put("jitter", "none");
            here.put("onExhausted", "rethrow");
            putCauses(here);
            here.put("exceptions", Trees.classOf("java.lang.Throwable")); // errors, too
        }
    }

    /** Both libraries look at the causes of a failure, too. */
    private static void putCauses(RetryArguments here) {
        if (here.has("exceptions") || here.has("ignoreExceptions")) {
            here.put("matchCauses", "true");
        }
    }

    private void moveRetries(RetryArguments here, Expression value) {
        Expression more = Trees.oneMore(value);
        if (here.known(value) instanceof Number known && known.longValue() >= Integer.MAX_VALUE) {
            here.putNumber("maxAttempts", Integer.MAX_VALUE); // as often as can be
        } else if (value instanceof J.Literal literal && literal.getValue() instanceof Number number) {
            here.putNumber("maxAttempts", number.longValue() + 1);
        } else if (more != null) {
            here.put("maxAttempts", more);
        } else if (here.known(value) instanceof Number known) {
            here.putNumber("maxAttempts", known.longValue() + 1);
        } else {
            left.accept(new Left(
                    "maxRetries = " + Trees.shown(value),
                    "Set maxAttempts to one more: it includes the first attempt."));
        }
    }

    private void moveRetriesText(RetryArguments here, Expression value) {
        String text = here.text(value);
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
        String text = here.text(value);
        String placeholder = RetryArguments.placeholder(text);
        String target =
                name.equals("delayString") ? "baseDelay" : name.equals("timeoutString") ? "maxDuration" : "maxDelay";
        if (text == null) {
            left.accept(
                    new Left(name + " = " + Trees.shown(value), "Write a duration with its unit as " + target + "."));
        } else if (text.isBlank()) {
            return; // as if it were not there
        } else if (placeholder != null) {
            here.putDuration(name, target, placeholder, unit);
        } else if (numbers.texts(text).stream().allMatch(each -> each.matches("\\d+"))) {
            here.put(
                    target,
                    Trees.text(value) == null ? Trees.plus(value, Trees.literal(unit)) : Trees.literal(text + unit));
        } else if (numbers.texts(text).stream().anyMatch(each -> Ranges.nanos(each) == null)) {
            left.accept(new Left(
                    name + " = " + Trees.shown(value),
                    "It is not written: it must be evaluated, or is no duration with its unit in every case. Write one"
                            + " as "
                            + target + ", with or without a placeholder, such as ${delay:5}ms."));
        } else {
            here.put(target, value);
        }
    }

    private void ofLimit(RetryArguments here, Map<String, Expression> there) {
        boolean rejects = there.containsKey("policy")
                && CodeCounterparts.text(there.get("policy")).endsWith("REJECT");
        there.forEach((name, value) -> {
            here.from(name, value);
            if (name.equals("policy")) {
                return;
            } else if (isUnlimited(here, value)) {
                here.putNumber("maxConcurrent", Long.parseLong(Values.LARGEST));
                left.accept(new Left(
                        name + " = " + Trees.shown(value),
                        "There, it is no limit; here, the largest one is written. Remove @Bulkhead if no limit is"
                                + " wanted."));
            } else if (name.equals("limitString")) {
                here.moveExpression("limit.", name, value, new Target("maxConcurrent", "max-concurrent"));
            } else {
                here.move("limit.", name, value);
            }
        });
        here.check();
        if (rejects || keepBehaviour) {
            here.putNumber("maxQueue", rejects ? 0 : Long.parseLong(Values.LARGEST));
        }
    }

    /** Whether every value that a limit may have is known and below zero, or beyond the largest one here. */
    private boolean isUnlimited(RetryArguments here, Expression value) {
        Object known = here.known(value);
        return known != null
                && numbers.texts(known.toString()).stream()
                        .map(Ranges::number)
                        .allMatch(number -> number != null
                                && (number.signum() < 0 || number.compareTo(new BigDecimal(Values.LARGEST)) > 0));
    }

    /** Whether a duration is zero in every case. */
    private static boolean isZero(RetryArguments here, String name) {
        Expression value = here.get(name);
        Object known = value == null ? null : here.known(value);
        BigDecimal nanos = known == null ? null : Ranges.nanos(known.toString());
        return nanos != null && nanos.signum() == 0;
    }

    private static String unit(@Nullable Expression unit) {
        String name = unit == null ? "MILLISECONDS" : CodeCounterparts.text(unit);
        return UNITS.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "ms");
    }

    private static boolean isZero(RetryArguments here, Expression value) {
        return "0".equals(String.valueOf(here.known(value)));
    }

    private static boolean isPositive(@Nullable Expression value) {
        return value != null && !CodeCounterparts.text(value).matches("0(\\.0*)?[dDfF]?");
    }
}
