import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Sessão",
  quickExit: "Sair desta página agora",
  wait: "Aguarde, por favor…",

  chooseLanguage: "Escolha o seu idioma",
  continue: "Continuar",

  problemName: "Escreva um nome, por favor.",
  problemNetwork: "Sem conexão. Verifique a sua rede e tente de novo.",
  problemSlow: "Tentativas demais. Espere um minuto e tente de novo.",
  problemOther: "Não funcionou. Tente de novo, por favor.",
  tryAgain: "Tentar de novo",

  lostTitle: "Este link não funciona",
  lostText: "Pode ser antigo demais ou faltar uma parte. Peça um novo link à pessoa que o enviou.",
  askForLink: "Pedir um novo link",
  askedTitle: "Agradecemos",
  askedText: "Se este link veio de nós, a pessoa que o enviou lê agora que você precisa de um novo. Pode fechar esta página.",
  phone: "Também pode ligar para {phone}.",

  unreachableTitle: "Sem conexão",
  unreachableText: "Não foi possível abrir esta página. Verifique a sua rede. Ela tenta de novo sozinha.",

  elsewhereTitle: "Esta página está aberta em outra aba",
  elsewhereText: "Só pode ser usada em uma aba de cada vez.",
  useHere: "Usar aqui",

  leftTitle: "Você saiu",
  leftText: "Pode voltar com o mesmo link. O que foi escrito ainda está lá.",
  comeBack: "Voltar",

  endedTitle: "Esta sessão terminou",
  endedClosed: "Agradecemos por ter estado aqui.",
  endedCancelled: "Foi cancelada. Vão avisar você se houver uma nova data.",
  endedRemoved: "Você já não está nesta sessão.",
  wiped: "Tudo o que esta página guardava no seu aparelho foi apagado. Pode fechar a página.",
};
