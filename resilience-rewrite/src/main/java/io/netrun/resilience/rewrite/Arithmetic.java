package io.netrun.resilience.rewrite;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.J;

/** What the compiler makes of numbers. */
final class Arithmetic {

    /** The constants of Java's own classes. */
    static final Map<String, Number> LIMITS = Map.of(
            "Integer.MAX_VALUE",
            Integer.MAX_VALUE,
            "Integer.MIN_VALUE",
            Integer.MIN_VALUE,
            "Long.MAX_VALUE",
            Long.MAX_VALUE,
            "Long.MIN_VALUE",
            Long.MIN_VALUE,
            "Short.MAX_VALUE",
            (int) Short.MAX_VALUE,
            "Byte.MAX_VALUE",
            (int) Byte.MAX_VALUE);

    private Arithmetic() {}

    /** The number that an operation yields; null for an operation that is not known. */
    static @Nullable Number of(J.Binary.Type operator, Number first, Number second) {
        if (isBroken(first) || isBroken(second)) {
            return of(operator, first.doubleValue(), second.doubleValue());
        }
        Long result = of(operator, first.longValue(), second.longValue());
        boolean large = first instanceof Long || second instanceof Long;
        if (result == null || large) {
            return result;
        }
        return result.intValue(); // as it overflows there
    }

    private static boolean isBroken(Number number) {
        return number instanceof Double || number instanceof Float;
    }

    private static @Nullable Long of(J.Binary.Type operator, long first, long second) {
        return switch (operator) {
            case Addition -> first + second;
            case Subtraction -> first - second;
            case Multiplication -> first * second;
            case Division -> second == 0 ? null : (Long) (first / second);
            case Modulo -> second == 0 ? null : (Long) (first % second);
            default -> null;
        };
    }

    private static @Nullable Double of(J.Binary.Type operator, double first, double second) {
        return switch (operator) {
            case Addition -> first + second;
            case Subtraction -> first - second;
            case Multiplication -> first * second;
            case Division -> first / second;
            default -> null;
        };
    }

    /** A number as one of another type; null for a type that is not known. */
    static @Nullable Number as(String type, Number number) {
        return switch (type) {
            case "int" -> number.intValue();
            case "long" -> number.longValue();
            case "double", "float" -> number.doubleValue();
            default -> null;
        };
    }
}
