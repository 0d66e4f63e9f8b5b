package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.pattern.Pattern;
import io.netrun.resilience.spring.pattern.Patterns;
import io.netrun.resilience.spring.settings.Problem;
import io.netrun.resilience.spring.settings.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** The order of the patterns around a method: {@code resilience.order}, or the default. */
final class PatternOrder {

    private static final String PROPERTY = "resilience.order";

    private PatternOrder() {}

    static List<Pattern<?, ?>> in(Environment environment) {
        List<String> keys = Binder.get(environment)
                .bind(PROPERTY, Bindable.listOf(String.class))
                .orElse(List.of());
        if (keys.isEmpty()) {
            return Patterns.all();
        }
        List<String> known = Patterns.all().stream().map(Pattern::key).toList();
        if (keys.size() != known.size() || !keys.containsAll(known)) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    PROPERTY + " is " + keys + ": must name each of the patterns once",
                    "Write them outermost first, as in the default " + known)));
        }
        List<Pattern<?, ?>> order = new ArrayList<>();
        keys.forEach(key -> Patterns.byKey(key).ifPresent(order::add));
        return order;
    }
}
