import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Sessione",
  quickExit: "Lascia subito questa pagina",
  wait: "Attenda, per favore…",

  chooseLanguage: "Scelga la Sua lingua",
  continue: "Continua",

  problemName: "Scriva un nome, per favore.",
  problemNetwork: "Nessuna connessione. Controlli la rete e riprovi.",
  problemSlow: "Troppi tentativi. Attenda un minuto e riprovi.",
  problemOther: "Non ha funzionato. Riprovi, per favore.",
  tryAgain: "Riprova",

  lostTitle: "Questo link non funziona",
  lostText: "Forse è troppo vecchio o ne manca una parte. Chieda un nuovo link alla persona che Gliel’ha mandato.",
  askForLink: "Chieda un nuovo link",
  askedTitle: "Grazie",
  askedText: "Se questo link era nostro, la persona che l’ha mandato legge ora che Gliene serve uno nuovo. Può chiudere questa pagina.",
  phone: "Può anche chiamare il {phone}.",

  unreachableTitle: "Nessuna connessione",
  unreachableText: "Non è stato possibile raggiungere questa pagina. Controlli la rete. La pagina riprova da sola.",

  elsewhereTitle: "Questa pagina è aperta in un’altra scheda",
  elsewhereText: "Si può usare in una sola scheda alla volta.",
  useHere: "Usala qui",

  leftTitle: "Ha lasciato la sessione",
  leftText: "Può tornare con lo stesso link. Quello che è stato scritto è ancora lì.",
  comeBack: "Torna",

  endedTitle: "Questa sessione è finita",
  endedClosed: "Grazie per la Sua presenza.",
  endedCancelled: "È stata annullata. La avviseranno se ci sarà una nuova data.",
  endedRemoved: "Lei non è più in questa sessione.",
  wiped: "Tutto ciò che questa pagina teneva sul Suo dispositivo è stato cancellato. Può chiudere la pagina.",
};
