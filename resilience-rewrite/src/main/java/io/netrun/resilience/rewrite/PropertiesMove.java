package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.marker.Markers;
import org.openrewrite.properties.PropertiesVisitor;
import org.openrewrite.properties.tree.Properties;

/** Moves the settings of a file of properties. */
final class PropertiesMove extends PropertiesVisitor<ExecutionContext> {

    private static final String NEXT_LINE = "\n";

    private final SettingsMove move;

    private boolean endpointsStay;

    private String path = "";

    PropertiesMove(SettingsMove move) {
        this.move = move;
    }

    /** Reads the settings of a file. */
    static List<SettingsDocument> read(Properties.File file) {
        String path = SettingsMove.path(file);
        List<SettingsDocument> read = new ArrayList<>();
        List<Setting> settings = new ArrayList<>();
        boolean base = SettingsMove.isBase(path);
        for (Properties.Content content : LineEnds.readable(file).getContent()) {
            if (content instanceof Properties.Entry entry) {
                List<String> elements = Names.elements(entry.getKey());
                base &= !SettingsMove.isCondition(entry.getKey(), false);
                if (!elements.isEmpty()
                        && (SettingsDocument.isForeign(elements) || SettingsDocument.isOurs(elements))) {
                    settings.add(new Setting(
                            elements, Setting.Value.of(entry.getValue().getText()), List.of()));
                }
            } else if (isSeparator(content)) {
                read.add(new SettingsDocument(path + "#" + read.size(), base, List.copyOf(settings)));
                settings.clear();
                base = SettingsMove.isBase(path);
            }
        }
        read.add(new SettingsDocument(path + "#" + read.size(), base, List.copyOf(settings)));
        return read;
    }

    /** The files that it imports. */
    static List<String> imports(Properties.File file) {
        List<String> imports = new ArrayList<>();
        for (Properties.Content content : LineEnds.readable(file).getContent()) {
            if (content instanceof Properties.Entry entry
                    && SettingsMove.isBase(SettingsMove.path(file))
                    && SettingsMove.isImport(Names.elements(entry.getKey()))) {
                SettingsMove.add(entry.getValue().getText(), imports);
            }
        }
        return imports;
    }

    @Override
    public Properties visitFile(Properties.File original, ExecutionContext ctx) {
        Properties.File file = LineEnds.readable(original);
        path = SettingsMove.path(file);
        endpointsStay = move.areEndpointsKept(path);
        List<Properties.Content> contents = new ArrayList<>();
        List<Properties.Content> part = new ArrayList<>();
        int number = 0;
        for (Properties.Content content : file.getContent()) {
            if (isSeparator(content)) {
                contents.addAll(moved(part, move.translate(path, number++)));
                contents.add(content);
                part.clear();
            } else {
                part.add(content);
            }
        }
        contents.addAll(moved(part, move.translate(path, number)));
        boolean same = areSame(contents, file.getContent());
        if (!same && !contents.isEmpty()) {
            Properties.Content first = contents.get(0);
            contents.set(0, (Properties.Content) first.withPrefix(stripped(first.getPrefix())));
            for (int i = 1; i < contents.size(); i++) {
                Properties.Content later = contents.get(i);
                if (!later.getPrefix().contains(NEXT_LINE)) { // what was the first line
                    contents.set(i, (Properties.Content) later.withPrefix(NEXT_LINE + later.getPrefix()));
                }
            }
        }
        return same ? original : LineEnds.as(file.withContent(contents), original);
    }

    /** Compared by identity: a changed line is equal to what it was. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean areSame(List<Properties.Content> contents, List<Properties.Content> former) {
        boolean same = contents.size() == former.size();
        for (int i = 0; same && i < contents.size(); i++) {
            same = contents.get(i) == former.get(i);
        }
        return same;
    }

    private static String stripped(String prefix) {
        return prefix.startsWith("\n") ? prefix.substring(1) : prefix;
    }

    /** Whether a comment begins another document. */
    static boolean isSeparator(Properties.Content content) {
        return content instanceof Properties.Comment comment
                && comment.getMessage().strip().equals("---");
    }

    private List<Properties.Content> moved(
            List<Properties.Content> part, SettingsMove.@Nullable Translated translated) {
        List<SettingsMove.Written> rest = new ArrayList<>(translated == null ? List.of() : translated.settings());
        rest.removeIf(setting -> SettingsMove.isWritten(setting, part));
        List<Properties.Content> contents = new ArrayList<>();
        int last = -1;
        for (Properties.Content content : part) {
            if (!(content instanceof Properties.Entry entry)) {
                contents.add(content);
                continue;
            }
            List<String> elements = Names.elements(entry.getKey());
            if (translated == null || elements.isEmpty() || !SettingsDocument.isForeign(elements)) {
                contents.add(exposed(entry));
            } else {
                String prefix = entry.getPrefix();
                if (translated.isForeignKept()) {
                    contents.add(entry);
                    prefix = NEXT_LINE;
                }
                for (SettingsMove.Written setting : List.copyOf(rest)) {
                    if (setting.isFrom(elements)) {
                        contents.add(entry(setting, prefix));
                        rest.remove(setting);
                        prefix = NEXT_LINE;
                    }
                }
                last = contents.size();
            }
        }
        int position = last < 0 ? contents.size() : last;
        for (SettingsMove.Written setting : rest) {
            contents.add(position++, entry(setting, contents.isEmpty() ? "" : NEXT_LINE));
        }
        return contents;
    }

    private Properties.Content exposed(Properties.Entry entry) {
        List<String> elements = Names.elements(entry.getKey());
        boolean member = elements.size() == 7 && HealthGroups.isMembers(elements.subList(0, 6));
        if (member || HealthGroups.isMembers(elements)) {
            String former = entry.getValue().getText();
            boolean off = move.isHealthOff(path);
            String moved = member
                    ? HealthGroups.movedAt(elements, former, endpointsStay, off, move.leftovers(path))
                    : HealthGroups.moved(elements, former, endpointsStay, off, move.leftovers(path));
            return moved.equals(former)
                    ? entry
                    : entry.withValue(entry.getValue().withText(moved));
        }
        if (!entry.getKey().equals("management.endpoints.web.exposure.include")) {
            return entry;
        }
        String text = entry.getValue().getText();
        String exposed = endpointsStay ? move.extended(text) : move.exposed(text);
        return exposed.equals(text) ? entry : entry.withValue(entry.getValue().withText(exposed));
    }

    /** A line with a setting. */
    static Properties.Entry entry(SettingsMove.Written setting, String prefix) {
        return new Properties.Entry(
                Tree.randomId(),
                prefix,
                Markers.EMPTY,
                setting.key(),
                "",
                Properties.Entry.Delimiter.EQUALS,
                new Properties.Value(
                        Tree.randomId(), "", Markers.EMPTY, setting.value().text()));
    }
}
