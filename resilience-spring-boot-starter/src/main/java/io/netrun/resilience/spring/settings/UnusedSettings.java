package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;

/**
 * Finds settings for names that are not in use. Their bean may be missing in this profile, in this test, or in one of
 * the applications that share a configuration, or code may request them later, so they produce a warning. It is a
 * problem only if the name looks like a misspelling of an instance without settings, and its document certainly belongs
 * to this application alone.
 */
public final class UnusedSettings {

    private final PatternDescriptor<?, ?> pattern;
    private final NamesInUse used;
    private final ConfiguredSettings written;
    private final OwnDocuments own;

    UnusedSettings(PatternDescriptor<?, ?> pattern, NamesInUse used, SettingsResolver resolver) {
        this.pattern = pattern;
        this.used = used;
        this.written = resolver.written();
        this.own = new OwnDocuments(resolver.environment());
    }

    /** A problem for each name that is probably misspelled, and for each key that counts for another name in use. */
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(misspelled(written.spellings(pattern)));
        written.instances(pattern).forEach(name -> mistyped(name).ifPresent(problems::add));
        return problems;
    }

    /** A problem for each key without brackets that counts for another name, which is in use. */
    List<Problem> misspelled(List<SpelledName> spellings) {
        return spellings.stream()
                .filter(each -> used.contains(each.name()))
                .map(each -> Problem.tolerable(
                        "The key '" + each.spelled() + "' under 'resilience." + pattern.key()
                                + ".instances' counts for '" + each.name() + "' (" + each.property() + ")",
                        ConfiguredSettings.inBrackets(each.spelled())))
                .toList();
    }

    /** The problem of a name that is probably misspelled. */
    Optional<Problem> mistyped(String name) {
        if (used.contains(name) || !written.properties(pattern, name).stream().allMatch(own::contain)) {
            return Optional.empty();
        }
        return meant(name).map(remedy -> Problem.tolerable(unused(name), remedy));
    }

    /**
     * The report of a name that is not in use and not misspelled; empty for others.
     *
     * @param later what may still use instances, as a sentence; empty if nothing may
     */
    Optional<Report> report(String name, String later) {
        if (used.contains(name) || mistyped(name).isPresent()) {
            return Optional.empty();
        }
        if (Families.mayBeKey(name)) {
            return Optional.of(new Report(
                    false,
                    pattern.title() + " '" + name
                            + "' has settings in the configuration. They apply when the family '"
                            + Families.familyIn(name) + "' creates the instance of this key."));
        }
        String hint = hint(name);
        return Optional.of(new Report(
                later.isEmpty(),
                unused(name)
                        + (later.isEmpty()
                                ? ": no annotation names it, and no code has requested it from the registry."
                                : " so far. " + later)
                        + (hint.isEmpty() ? "" : " " + hint + ".")));
    }

    /** The reports of all names that are not in use and whose settings come from this context. */
    public List<Report> reports(InstanceFactory instances, String later) {
        return written.instances(pattern).stream()
                .filter(name -> instances.decides(pattern, name)) // otherwise the check of another context reports it
                .filter(name -> !Families.mayBeKey(name) || !instances.isCreated(pattern, name))
                .flatMap(name -> report(name, later).stream())
                .toList();
    }

    /** The reports of the bases that no section builds on. */
    public List<Report> reportsOfBases(InstanceFactory instances) {
        return instances.problems().unusedBases(pattern).stream()
                .map(base -> new Report(
                        true,
                        "The base '" + base + "' of " + pattern.title() + " (" + written.originOfBase(pattern, base)
                                + ") is not in use: no instance has 'base: " + base + "'."))
                .toList();
    }

    /** What a key may be meant to be whose name is not what was written. */
    private String hint(String name) {
        String spelled = written.property(pattern, name).unbracketedName();
        if (!spelled.isEmpty() && !spelled.equals(name)) {
            return ConfiguredSettings.inBrackets(spelled);
        }
        if (YamlWords.isWord(name)) {
            return "If the key is a word such as off or a number, put it in quotes: YAML reads it as '" + name + "'";
        }
        String similar = SpellingSuggestion.to(name, usedWithoutSettings());
        return similar.isEmpty() ? "" : "A similar name, '" + similar + "', is in use and has no settings";
    }

    private Set<String> usedWithoutSettings() {
        Set<String> withoutSettings = new TreeSet<>(used.all());
        withoutSettings.removeAll(written.instances(pattern));
        return withoutSettings;
    }

    private String unused(String name) {
        return pattern.title() + " '" + name + "' has settings in the configuration ("
                + written.property(pattern, name).origin() + "), but is not in use";
    }

    /** The remedy for a name that was probably meant to be one in use. */
    private Optional<String> meant(String name) {
        return lost(name)
                .map(ConfiguredSettings::inBrackets)
                .or(() -> used.all().stream()
                        .filter(candidate -> YamlWords.readsAs(candidate, name))
                        .findFirst()
                        .map(candidate -> "Write '\"" + candidate + "\"' as the key: without quotes, YAML reads it as '"
                                + name + "'"))
                .or(() -> ofFamily(name))
                .or(() -> {
                    String meant = SpellingSuggestion.mistyped(name, usedWithoutSettings());
                    return meant.isEmpty()
                            ? Optional.empty()
                            : Optional.of("Did you mean '" + meant + "', which is in use and has no settings?");
                });
    }

    /** The name in use that has lost characters in the configuration, or that of a key of a family in use. */
    private Optional<String> lost(String name) {
        return used.all().stream()
                .filter(candidate -> !candidate.equals(name)
                        && ConfiguredSettings.withoutBrackets(candidate).equals(name))
                .findFirst()
                .or(() -> Optional.of(written.property(pattern, name).unbracketedName())
                        .filter(spelled ->
                                Families.mayBeKey(spelled) && used.families().contains(Families.familyIn(spelled))));
    }

    /** The remedy for the name of an instance whose family is probably misspelled. */
    private Optional<String> ofFamily(String name) {
        if (!Families.mayBeKey(name) || used.contains(Families.familyIn(name))) {
            return Optional.empty();
        }
        String written = Families.familyIn(name);
        String meant = SpellingSuggestion.mistyped(written, used.families());
        String corrected = meant + name.substring(written.length());
        return meant.isEmpty() || this.written.has(pattern, corrected)
                ? Optional.empty()
                : Optional.of("Did you mean '[" + corrected + "]'? The family '" + meant + "' is in use");
    }

    /**
     * A message about settings without effect.
     *
     * @param isWarning whether nothing will use them, as far as is known
     */
    public record Report(boolean isWarning, String message) {

        /** Logs the message as a warning, or as information. */
        public void logTo(Logger log) {
            if (isWarning) {
                log.warn(message);
            } else {
                log.info(message);
            }
        }
    }
}
