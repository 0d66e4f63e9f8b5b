package io.netrun.resilience.spring.http;

import io.netrun.resilience.spring.settings.Nearest;
import io.netrun.resilience.spring.settings.Problem;
import io.netrun.resilience.spring.settings.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.ConfigurableEnvironment;

/** Reads what is written under {@code resilience.http-clients}. */
final class WrittenClients {

    static final String ROOT = "resilience.http-clients";

    private static final List<String> KEYS = Arrays.stream(HttpClientProperties.class.getRecordComponents())
            .map(component -> DataObjectPropertyName.toDashedForm(component.getName()))
            .toList();

    private final Binder binder;
    private final Map<String, Object> clients;

    WrittenClients(ConfigurableEnvironment environment) {
        this.binder = Binder.get(environment);
        this.clients = new TreeMap<>(
                binder.bind(ROOT, Bindable.mapOf(String.class, Object.class)).orElseGet(Map::of));
    }

    /** All names. */
    List<String> names() {
        return List.copyOf(clients.keySet());
    }

    /** The names under which there are settings. */
    List<String> described() {
        return clients.entrySet().stream()
                .filter(client -> client.getValue() instanceof Map)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The keys that mean nothing, each with the nearest that does. */
    List<Problem> unknownKeys() {
        List<Problem> problems = new ArrayList<>();
        clients.forEach((name, client) -> {
            if (!(client instanceof Map<?, ?> settings)) {
                problems.add(new Problem(
                        "The property '" + property(name) + "' has a value of its own",
                        "Put settings under it, such as " + KEYS.get(0)));
                return;
            }
            for (Object key : settings.keySet()) {
                String written = String.valueOf(key);
                if (KEYS.stream().noneMatch(known -> uniform(known).equals(uniform(written)))) {
                    String nearest = Nearest.to(written, KEYS);
                    problems.add(Problem.tolerable(
                            "The configuration has an unknown key '" + written + "' in '" + property(name) + "'",
                            (nearest.isEmpty() ? "" : "Did you mean '" + nearest + "'? ") + "Known here: "
                                    + String.join(", ", KEYS)));
                }
            }
        });
        return problems;
    }

    /**
     * The settings of a client.
     *
     * @throws ResilienceConfigurationException if a value can not be read
     */
    HttpClientProperties properties(String name) {
        try {
            return binder.bindOrCreate(property(name), Bindable.of(HttpClientProperties.class));
        } catch (BindException e) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    "'" + e.getName() + "' can not be read: "
                            + NestedExceptionUtils.getMostSpecificCause(e).getMessage(),
                    "Write a name, or a list of words")));
        }
    }

    private static String property(String name) {
        return ROOT + "[" + name + "]";
    }

    private static String uniform(String key) {
        return key.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
