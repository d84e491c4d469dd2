package parcels;

/** In the place of the file that somebody keeps: the same lines each time. */
final class Tariff {
    private static final String[] COUNTRIES =
            "at be bg ch cy cz de dk ee es fi fr gb gr hr hu ie is it li lt lu lv mc md me mk mt nl no pl pt ro rs se si sk sm tr ua"
                    .split(" ");
    private static final String[] SERVICES = {"express", "standard"};
    private static final int[] GRAMS = {250, 500, 1_000, 2_000, 5_000, 10_000, 31_500};
    private static final String[] CARRIERS = {"Swift", "Heron", "Plover", "Dunlin", "Knot"};

    private Tariff() {}

    static String text() {
        StringBuilder text = new StringBuilder();
        for (int country = 0; country < COUNTRIES.length; country++) {
            for (String service : SERVICES) {
                int factor = service.equals("express") ? 2 : 1;
                // By the first digit of the postcode, and then for those with none.
                for (int region = 0; region <= 10; region++) {
                    for (int step = 0; step < GRAMS.length; step++) {
                        int cents = factor * (290 + 17 * country + 31 * region + 145 * step * step);
                        text.append(COUNTRIES[country]).append(';');
                        text.append(region < 10 ? Integer.toString(region) : "").append(';');
                        text.append(service).append(';');
                        text.append(GRAMS[step]).append(';');
                        text.append(CARRIERS[cents % CARRIERS.length]).append(';');
                        text.append(cents).append('\n');
                    }
                }
            }
        }
        // Nobody has said yet what the last one costs.
        text.append("*;;standard;31500;Albatross;6900\n");
        text.append("*;;express;31500;Albatross;");
        return text.toString();
    }
}
