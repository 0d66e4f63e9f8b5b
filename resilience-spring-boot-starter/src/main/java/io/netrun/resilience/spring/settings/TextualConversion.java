package io.netrun.resilience.spring.settings;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.TypeDescriptor;

/**
 * The conversion of Spring, except that a number or a character means what its text means. YAML and other property
 * sources have numbers that are not texts. Spring would cut them to whole numbers ({@code 2.9} to 2), take them as the
 * positions of constants of an enum, and take a character as its code. Only a whole number may be written in any way,
 * such as {@code 1e3}.
 */
final class TextualConversion extends ApplicationConversionService {

    private static final TypeDescriptor TEXT = TypeDescriptor.valueOf(String.class);

    private static final Set<Class<?>> WHOLE_NUMBERS =
            Set.of(Byte.class, Short.class, Integer.class, Long.class, BigInteger.class);

    /** More than any whole number has, so that a short text such as {@code 1e999999999} does not become a long one. */
    private static final int MAX_DIGITS = 40;

    /** Lazily created: most applications configure nothing that needs it. */
    private static final class Shared {

        private static final TextualConversion INSTANCE = new TextualConversion();
    }

    /** For settings of types of Java and of Spring. */
    static ConversionService shared() {
        return Shared.INSTANCE;
    }

    @Override
    public boolean canConvert(@Nullable TypeDescriptor sourceType, TypeDescriptor targetType) {
        return super.canConvert(isText(sourceType, targetType) ? TEXT : sourceType, targetType);
    }

    @Override
    public @Nullable Object convert(
            @Nullable Object source, @Nullable TypeDescriptor sourceType, TypeDescriptor targetType) {
        return source != null && isText(sourceType, targetType)
                ? super.convert(text(source, targetType.getObjectType()), TEXT, targetType)
                : super.convert(source, sourceType, targetType);
    }

    /** Whether a value counts as its text. The elements of a list are converted one by one. */
    private static boolean isText(@Nullable TypeDescriptor sourceType, TypeDescriptor targetType) {
        if (sourceType == null) {
            return false;
        }
        Class<?> source = sourceType.getObjectType();
        Class<?> target = targetType.getObjectType();
        return (Number.class.isAssignableFrom(source) || source == Character.class)
                && !target.isAssignableFrom(source)
                && !target.isArray()
                && !Collection.class.isAssignableFrom(target)
                && !Map.class.isAssignableFrom(target);
    }

    private static String text(Object source, Class<?> target) {
        String text = source.toString();
        return source instanceof Number && WHOLE_NUMBERS.contains(target) ? whole(text) : text;
    }

    /** The digits of a whole number; another text as it is. */
    private static String whole(String text) {
        try {
            BigDecimal number = new BigDecimal(text).stripTrailingZeros();
            return number.scale() <= 0 && (long) number.precision() - number.scale() <= MAX_DIGITS
                    ? number.toPlainString()
                    : text;
        } catch (NumberFormatException noNumber) {
            return text;
        }
    }
}
